#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What passes through `ualg run` and the supervisor: exit statuses, signals, job control.

    supervisor_signals.py UALG   (TAP)
"""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "cli"))
from command import UALG, compile_c, main  # noqa: E402  pylint: disable=wrong-import-position

DOORS = (["--door", "seccomp"], ["--door", "ptrace"])
LIMIT = 30  # seconds, against hangs only
FOLDER = tempfile.TemporaryDirectory()

# Tells its process id, then what comes: signals, and lines on its input.
LISTENER = r"""
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static void told(int number)
{
	char text[64];
	struct winsize size = {0};

	(void)ioctl(0, TIOCGWINSZ, &size);
	(void)!write(1, text, (size_t)sprintf(text, "signal %d, %d columns\n", number, size.ws_col));
}

int main(void)
{
	static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2, SIGWINCH, SIGCONT};
	struct sigaction action = {.sa_handler = told, .sa_flags = SA_RESTART};
	char line[64];

	for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaction(numbers[i], &action, NULL);
	printf("process %d\n", (int)getpid());
	fflush(stdout);
	while (fgets(line, sizeof(line), stdin)) {
		printf("line %s", line);
		fflush(stdout);
	}
	return 0;
}
"""

# Threads, one of which sleeps in a recv of an alg socket until a line comes.
SLEEPER = r"""
#include <errno.h>
#include <linux/if_alg.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int op;

static void *receive(void *unused)
{
	char text[16];

	int got = (int)recv(op, text, sizeof(text), 0);

	printf("received %d, errno %d\n", got, got < 0 ? errno : 0);
	fflush(stdout);
	return unused;
}

int main(void)
{
	struct sockaddr_alg address = {.salg_family = AF_ALG, .salg_type = "skcipher",
				       .salg_name = "ecb(aes)"};
	int parent = socket(AF_ALG, SOCK_SEQPACKET, 0);
	pthread_t thread;
	char line[64], control[CMSG_SPACE(4)] = {0};
	struct cmsghdr head = {.cmsg_len = CMSG_LEN(4), .cmsg_level = 279, .cmsg_type = ALG_SET_OP};
	struct iovec iov = {"0123456789abcdef", 16};
	struct msghdr message = {.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
				 .msg_controllen = sizeof(control)};

	bind(parent, (struct sockaddr *)&address, sizeof(address));
	setsockopt(parent, 279, ALG_SET_KEY, "0123456789abcdef", 16);
	op = accept(parent, NULL, NULL);
	pthread_create(&thread, NULL, receive, NULL);
	printf("process %d\n", (int)getpid());
	fflush(stdout);
	if (!fgets(line, sizeof(line), stdin))
		return 1;
	memcpy(control, &head, sizeof(head));
	control[CMSG_LEN(0)] = ALG_OP_ENCRYPT;
	if (sendmsg(op, &message, 0) != 16)
		return 2;
	pthread_join(thread, NULL);
	return 0;
}
"""


def environment():
    return {name: value for name, value in os.environ.items()
            if not name.startswith("UALG_") and name != "LD_PRELOAD"}


def state_of(pid):
    with open("/proc/%d/stat" % pid) as file:
        return file.read().rsplit(")", 1)[1].split()[0]


def wait_until(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        assert time.monotonic() < end, "it does not happen: " + what
        time.sleep(0.01)


class Terminal:
    """A program in the foreground of a terminal of its own, started as a shell does."""

    def __init__(self, *command):
        self.master, slave = pty.openpty()
        self.read = b""
        self.pid = os.fork()
        if self.pid == 0:
            os.setsid()
            fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
            for number in (0, 1, 2):
                os.dup2(slave, number)
            shell = os.fork()
            if shell == 0:
                os.setpgid(0, 0)
                signal.signal(signal.SIGTTOU, signal.SIG_IGN)
                os.tcsetpgrp(0, os.getpgrp())
                signal.signal(signal.SIGTTOU, signal.SIG_DFL)
                os.execve(command[0], command, environment())
            self.be_shell(shell)
        os.close(slave)

    @staticmethod
    def be_shell(job):
        """Tells stops and ends of the job; takes it up again after a second."""
        signal.signal(signal.SIGTTOU, signal.SIG_IGN)
        while True:
            _, status = os.waitpid(job, os.WUNTRACED)
            if not os.WIFSTOPPED(status):
                os.write(1, b"shell: ended %d\n" % os.waitstatus_to_exitcode(status))
                os._exit(0)
            os.tcsetpgrp(0, os.getpgrp())
            os.write(1, b"shell: stopped\n")
            sys.stdin.readline()
            os.tcsetpgrp(0, job)
            os.killpg(job, signal.SIGCONT)

    def type(self, text):
        os.write(self.master, text)

    def expect(self, text):
        """Reads until a text has come; what came before it is passed over."""
        end = time.monotonic() + LIMIT
        while text not in self.read:
            left = end - time.monotonic()
            assert left > 0, "no %r in %r" % (text, self.read)
            if select.select([self.master], [], [], left)[0]:
                try:
                    self.read += os.read(self.master, 4096)
                except OSError:
                    raise AssertionError("no %r in %r" % (text, self.read))
        before, self.read = self.read.split(text, 1)
        return before

    def number_after(self, text):
        self.expect(text)
        return int(self.expect(b"\r\n"))

    def close(self):
        os.close(self.master)
        os.waitpid(self.pid, 0)


def test_exit_statuses():
    for door in DOORS:
        for status in (0, 1, 77, 255):
            result = subprocess.run([UALG, "run", *door, "sh", "-c", "exit %d" % status],
                                    env=environment(), timeout=LIMIT, check=False)
            assert result.returncode == status, (door, status, result)


def test_ends_by_signals():
    for door in DOORS:
        for number in (signal.SIGTERM, signal.SIGKILL, signal.SIGSEGV, signal.SIGUSR1):
            result = subprocess.run([UALG, "run", *door, "sh", "-c", "kill -%d $$" % number],
                                    env=environment(), timeout=LIMIT, check=False)
            assert result.returncode == -number, (door, number, result)


def test_signals_are_passed_on():
    program = compile_c(FOLDER.name, "listener", LISTENER)
    for door in DOORS:
        with subprocess.Popen([UALG, "run", *door, program], env=environment(), text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
            assert process.stdout.readline().startswith("process ")
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
                process.send_signal(number)
                line = process.stdout.readline()
                assert line.startswith("signal %d," % number), (door, number, line)
            process.stdin.close()
            assert process.wait(LIMIT) == 0


def test_terminal():
    """Interrupt, window size, stop and going on, as the terminal's keys make them."""
    program = compile_c(FOLDER.name, "listener", LISTENER)
    for door in DOORS:
        terminal = Terminal(UALG, "run", *door, program)
        pid = terminal.number_after(b"process ")
        terminal.type(b"\x03")
        terminal.expect(b"signal %d," % signal.SIGINT)
        fcntl.ioctl(terminal.master, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 123, 0, 0))
        terminal.expect(b"signal %d, 123 columns" % signal.SIGWINCH)
        terminal.type(b"\x1a")
        terminal.expect(b"shell: stopped")
        wait_until(lambda: state_of(pid) in "Tt", "the program's stop")
        terminal.type(b"fg\n")
        terminal.expect(b"signal %d," % signal.SIGCONT)
        terminal.type(b"more\n")
        terminal.expect(b"line more")
        terminal.type(b"\x04")
        terminal.expect(b"shell: ended 0")
        terminal.close()


def test_stop_while_a_thread_sleeps():
    program = compile_c(FOLDER.name, "sleeper", SLEEPER, "-pthread")
    for door in DOORS:
        terminal = Terminal(UALG, "run", *door, program)
        terminal.expect(b"process ")
        time.sleep(0.1)
        for _ in range(3):
            terminal.type(b"\x1a")
            before = terminal.expect(b"shell: stopped")
            assert b"received" not in before, (door, before)
            terminal.type(b"fg\n")
            time.sleep(0.1)
        terminal.type(b"go on\n")
        terminal.expect(b"received 16,")
        terminal.expect(b"shell: ended 0")
        terminal.close()


if __name__ == "__main__":
    sys.exit(main(globals()))
