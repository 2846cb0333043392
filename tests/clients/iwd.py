#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""iwd's start: it asks for some twenty algorithms and ends if the most needed are missing.

It runs in a network of its own, where there is no radio, with a bus and directories of its own.
iwd.py UALG WITNESS  (TAP)
"""
import os
import subprocess
import tempfile
import time

import client

IWD = "/usr/libexec/iwd"
SECONDS = 5
APART = ["unshare", "--net"] if os.getuid() == 0 else ["unshare", "--net", "--map-root-user"]
BUS = """<busconfig>
<type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default">
<allow send_destination="*"/><allow own="*"/><allow user="*"/>
</policy></busconfig>
"""
NEEDED = [("hash", "hmac(sha1)"), ("hash", "hmac(md5)"), ("hash", "cmac(aes)"),
          ("hash", "hmac(sha256)"), ("hash", "hmac(sha512)"), ("skcipher", "ecb(des)"),
          ("skcipher", "ecb(aes)"), ("skcipher", "cbc(des3_ede)"), ("skcipher", "cbc(aes)")]


def start_bus(directory, address):
    path = os.path.join(directory, "bus.conf")
    with open(path, "w", encoding="ascii") as file:
        file.write(BUS % address)
    bus = subprocess.Popen(["dbus-daemon", "--config-file=" + path, "--nofork"],
                           stderr=subprocess.DEVNULL, env=client.plain_environment())
    for _ in range(100):
        if os.path.exists(address) or bus.poll() is not None:
            break
        time.sleep(0.05)
    return bus


def start_iwd(directory, address):
    with open(os.path.join(directory, "main.conf"), "w", encoding="ascii") as file:
        file.write("[General]\nEnableNetworkConfiguration=false\n")
    environment = {"DBUS_SYSTEM_BUS_ADDRESS": "unix:path=" + address,
                   "STATE_DIRECTORY": directory, "CONFIGURATION_DIRECTORY": directory}
    result = client.run(IWD, under=["timeout", "-s", "INT", str(SECONDS), *APART],
                        environment=environment)
    text = result.text()
    missing = [line.strip() for line in text.splitlines() if "CONFIG_CRYPTO" in line]
    client.check("no option of the kernel's crypto is missing", not missing, "\n".join(missing))
    # It asks for these by keyctl, where AF_ALG does not come in.
    lacking = [line for line in text.splitlines()
               if "support" in line and "found" in line and "Diffie-Hellman" not in line]
    client.check("it finds each algorithm", not lacking, result)
    client.check("it starts", "Wireless daemon version" in text, result)
    client.check("it goes on to its configuration", "Loaded configuration from " + directory in text, result)
    for kind, name in NEEDED:
        client.check("it bound %s" % name, (kind, name) in result.bound(), result)


def main():
    if not os.path.exists(IWD):
        client.skip_all("%s is not there (iwd)" % IWD)
    client.need("dbus-daemon", "dbus-daemon")
    if client.run_without(*APART, "true").status != 0:
        client.skip_all("this machine allows no network of its own (unshare)")
    with tempfile.TemporaryDirectory() as directory:
        address = os.path.join(directory, "bus")
        bus = start_bus(directory, address)
        try:
            if bus.poll() is not None:
                client.skip_all("dbus-daemon does not start here")
            start_iwd(directory, address)
        finally:
            bus.terminate()
            bus.wait()
    client.end()


if __name__ == "__main__":
    main()
