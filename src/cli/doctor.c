/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "catalog/names.h"
#include "cli/cli.h"
#include "cli/preload.h"
#include "cli/supervised.h"
#include "crypto/provider.h"
#include "crypto/registry.h"
#ifdef UALG_SUPERVISOR
#include "doors/common/system.h"
#include "doors/supervisor/supervisor.h"
#endif
#include "keys/keys.h"
#include "ualg/if_alg.h"

static bool as_json;

static const struct cli_option options[] = {
    {"json", NULL, "as a JSON array", NULL, &as_json, NULL},
    {0},
};

enum state { STATE_OK, STATE_MISSING, STATE_REFUSED };

static const char *const state_names[] = {"ok", "missing", "refused"};

/* One line of the report. */
struct finding {
	enum state state;
	char subject[64];
	char detail[256];
	const char *advice; /* what to do about it, or NULL */
};

static bool first_finding = true;
static bool ualg_is_broken;

static void print_finding(const struct finding *finding)
{
	if (!as_json) {
		printf("%-8s %-28s %s\n", state_names[finding->state], finding->subject,
		       finding->detail);
		if (finding->advice)
			printf("%-8s -> %s\n", "", finding->advice);
		return;
	}
	printf("%s\n  {\"subject\": ", first_finding ? "" : ",");
	first_finding = false;
	cli_json_string(finding->subject);
	printf(", \"state\": \"%s\", \"detail\": ", state_names[finding->state]);
	cli_json_string(finding->detail);
	printf(", \"advice\": ");
	if (finding->advice)
		cli_json_string(finding->advice);
	else
		printf("null");
	printf("}");
}

static void __attribute__((format(printf, 4, 5)))
report(enum state state, const char *subject, const char *advice, const char *format, ...)
{
	struct finding finding = {.state = state, .advice = advice};
	va_list arguments;

	snprintf(finding.subject, sizeof(finding.subject), "%s", subject);
	va_start(arguments, format);
	vsnprintf(finding.detail, sizeof(finding.detail), format, arguments);
	va_end(arguments);
	print_finding(&finding);
}

/* How a system call that was refused looks, and why that may be. */
static const struct {
	int error;
	const char *name;
	enum state state;
	const char *socket_advice;
} errnos[] = {
    {EAFNOSUPPORT, "EAFNOSUPPORT", STATE_MISSING,
     "the kernel was built without AF_ALG, its module is not installed, or "
     "crypto.af_alg_restrict is 2; use 'ualg run'"},
    {EPERM, "EPERM", STATE_REFUSED,
     "a seccomp profile refuses AF_ALG, as container engines do; use 'ualg run'"},
    {EACCES, "EACCES", STATE_REFUSED,
     "a seccomp profile or a security module refuses AF_ALG; use 'ualg run'"},
    {EPROTONOSUPPORT, "EPROTONOSUPPORT", STATE_MISSING, NULL},
    {ENOENT, "ENOENT", STATE_MISSING, NULL},
    {ENOSYS, "ENOSYS", STATE_MISSING, NULL},
    {EINVAL, "EINVAL", STATE_MISSING, NULL},
};

#define ERRNOS (sizeof(errnos) / sizeof(errnos[0]))

static void report_errno(const char *subject, int error, const char *advice)
{
	for (size_t i = 0; i < ERRNOS; i++)
		if (errnos[i].error == error) {
			report(errnos[i].state, subject, advice, "%s (%s)", strerror(error),
			       errnos[i].name);
			return;
		}
	report(STATE_REFUSED, subject, advice, "%s (errno %d)", strerror(error), error);
}

static const char *socket_advice(int error)
{
	for (size_t i = 0; i < ERRNOS; i++)
		if (errnos[i].error == error)
			return errnos[i].socket_advice;
	return NULL;
}

/* Names of each type, and one that 7.3's list of allowed names leaves out. */
static const struct catalog_name bind_names[] = {
    {ALG_TYPE_HASH, "sha256"},   {ALG_TYPE_HASH, "hmac(sha256)"}, {ALG_TYPE_SKCIPHER, "cbc(aes)"},
    {ALG_TYPE_AEAD, "gcm(aes)"}, {ALG_TYPE_RNG, "stdrng"},
};

static void check_bind(const struct catalog_name *name)
{
	struct ualg_sockaddr address = {.salg_family = AF_ALG};
	char subject[64];
	int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return;
	snprintf((char *)address.salg_type, sizeof(address.salg_type), "%s",
		 alg_type_name(name->type));
	snprintf((char *)address.salg_name, sizeof(address.salg_name), "%s", name->name);
	snprintf(subject, sizeof(subject), "  %s %s", alg_type_name(name->type), name->name);
	if (bind(fd, (const void *)&address, sizeof(address)) == 0)
		report(STATE_OK, subject, NULL, "can be bound");
	else
		report_errno(subject, errno,
			     "no such algorithm, or crypto.af_alg_restrict keeps it from users; "
			     "'ualg run --when missing' adds what the kernel lacks");
	close(fd);
}

/* The value of crypto.af_alg_restrict, or -1 where the kernel has no such setting. */
static int restriction(void)
{
	char text[8] = "";
	int fd = open("/proc/sys/crypto/af_alg_restrict", O_RDONLY | O_CLOEXEC);
	ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd >= 0)
		close(fd);
	return size > 0 ? atoi(text) : -1;
}

/* Whether our own calls are served by the library, so that the kernel is not what we see. */
static bool served_already(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "libualg-preload") != NULL;
}

static void check_kernel_socket(void)
{
	int fd = socket(AF_ALG, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	int error = errno;
	int level = restriction();

	if (served_already())
		report(STATE_OK, "this process", "run 'ualg doctor' alone to see the kernel",
		       "LD_PRELOAD holds ualg: what follows may be ualg's answers");
	if (fd < 0) {
		report_errno("AF_ALG socket", error, socket_advice(error));
		return;
	}
	close(fd);
	report(STATE_OK, "AF_ALG socket", NULL, "socket(AF_ALG, SOCK_SEQPACKET) works");
	if (level > 0)
		report(STATE_REFUSED, "crypto.af_alg_restrict",
		       "'ualg run --when missing' adds what is kept from users",
		       "%d: only names of the kernel's list can be bound", level);
	for (size_t i = 0; i < sizeof(bind_names) / sizeof(bind_names[0]); i++)
		check_bind(&bind_names[i]);
}

static void check_netlink(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_CRYPTO);

	if (fd < 0) {
		report_errno("NETLINK_CRYPTO", errno,
			     "'ualg run' answers programs that ask for algorithms (libkcapi)");
		return;
	}
	close(fd);
	report(STATE_OK, "NETLINK_CRYPTO", NULL, "works");
}

static void check_notification(void)
{
	struct seccomp_notif_sizes sizes;

	if (syscall(SYS_seccomp, SECCOMP_GET_NOTIF_SIZES, 0, &sizes) == 0)
		report(STATE_OK, "seccomp notification", NULL, "the kernel has it");
	else
		report_errno("seccomp notification", errno,
			     "needs Linux 5.0, and a profile that allows seccomp(2)");
}

static long system_call(long number, long a, long b, long c, long d, long e)
{
	long result = syscall(number, a, b, c, d, e);

	return result < 0 ? -errno : result;
}

#ifdef UALG_SUPERVISOR
static int tell_to = -1;

static void tell(const char *line)
{
	(void)!write(tell_to, line, strlen(line));
}

/* A program that only a supervisor can serve: it makes its system call itself. */
static void try_socket(void *unused)
{
	(void)unused;
	_exit(DOOR_CALL_3(SYS_socket, AF_ALG, SOCK_SEQPACKET, 0) < 0);
}

__attribute__((noreturn)) static void be_supervised(int report_end)
{
	const struct supervisor_options how = {
	    .way = SUPERVISOR_WAY_AUTO, .start = try_socket, .tell = tell};

	tell_to = report_end;
	_exit(supervisor_run(&how) == 0 ? 0 : 1);
}

static void check_supervisor(void)
{
	char line[256] = "";
	int ends[2], status = -1;
	pid_t child;

	if (is_supervised()) {
		report(STATE_OK, "supervisor", NULL, "serves this process already");
		return;
	}
	if (pipe2(ends, O_CLOEXEC) < 0)
		return;
	(void)fflush(stdout);
	child = fork();
	if (child == 0)
		be_supervised(ends[1]);
	(void)close(ends[1]);
	if (child > 0 && read(ends[0], line, sizeof(line) - 1) < 0)
		line[0] = 0;
	(void)close(ends[0]);
	if (child > 0 && waitpid(child, &status, 0) == child && status == 0)
		report(STATE_OK, "supervisor", NULL, "%s",
		       line[0] ? line : "answers system calls of any program");
	else
		report(STATE_REFUSED, "supervisor", "'ualg run' still serves dynamic programs",
		       "%s", line[0] ? line : "does not answer");
}
#else
static void check_supervisor(void)
{
	report(STATE_MISSING, "supervisor", "build with libseccomp",
	       "this ualg was built without it");
}
#endif

/* Whence keys by serial number come (keys/keys.h). */
static void check_keys(void)
{
	const struct keys_host host = {.system_call = system_call};
	int error;

	if (keys_source_probe(&host, &error) == KEYS_KERNEL)
		report(STATE_OK, "keys by serial number", NULL,
		       "the kernel's keyrings: user keys, and logon keys that the program adds");
	else
		report_errno("keys by serial number", error,
			     "the kernel or a filter refuses add_key and keyctl: 'ualg run' gives "
			     "each process keyrings of its own");
}

/* 0: no filter, 2: filters; negative: cannot be told. */
static int seccomp_mode(void)
{
	char line[128];
	FILE *status = fopen("/proc/self/status", "re");
	int mode = -1;

	if (!status)
		return -1;
	while (fgets(line, sizeof(line), status))
		if (strncmp(line, "Seccomp:", 8) == 0)
			mode = atoi(line + 8);
	fclose(status);
	return mode;
}

static void check_restrictions(void)
{
	int mode = seccomp_mode();

	report(STATE_OK, "no_new_privs", NULL, "%s",
	       prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1
		   ? "set: setuid programs gain nothing, so preloading reaches them"
		   : "not set: setuid programs ignore LD_PRELOAD");
	report(STATE_OK, "seccomp filter", NULL, "%s",
	       mode == 2   ? "in force: it decides which system calls pass"
	       : mode == 0 ? "none"
			   : "cannot be told");
}

static void check_memory_lock(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_MEMLOCK, &limit) < 0) {
		report_errno("RLIMIT_MEMLOCK", errno, NULL);
		return;
	}
	if (limit.rlim_cur == RLIM_INFINITY)
		report(STATE_OK, "RLIMIT_MEMLOCK", NULL, "no limit: keys are kept out of swap");
	else if (limit.rlim_cur >= 64 * 1024)
		report(STATE_OK, "RLIMIT_MEMLOCK", NULL, "%llu bytes: keys are kept out of swap",
		       (unsigned long long)limit.rlim_cur);
	else
		report(STATE_MISSING, "RLIMIT_MEMLOCK",
		       "raise it ('ulimit -l') so that keys cannot reach the swap device",
		       "%llu bytes", (unsigned long long)limit.rlim_cur);
}

static void check_library(void)
{
	char path[PATH_MAX];

	if (preload_find(path) == 0) {
		report(STATE_OK, "preload library", NULL, "%.200s", path);
		return;
	}
	ualg_is_broken = true;
	report(STATE_MISSING, "preload library",
	       "build or install it, or name it in $UALG_PRELOAD_LIBRARY", "%.200s is not there",
	       path);
}

/* "12 hash, 5 skcipher": how many descriptors of each type a back end has registered. */
static void count_uses(const char *backend, char *out, size_t room)
{
	unsigned count[ALG_TYPE_RNG + 1] = {0};
	size_t used = 0;

	for (const struct alg *alg = registry_first(); alg; alg = alg->next)
		if (alg->backend && strcmp(alg->backend, backend) == 0)
			count[alg->type]++;
	snprintf(out, room, "nothing");
	for (enum alg_type type = ALG_TYPE_CIPHER; type <= ALG_TYPE_RNG && used < room; type++)
		if (count[type] > 0)
			used +=
			    (size_t)snprintf(out + used, room - used, "%s%u %s", used ? ", " : "",
					     count[type], alg_type_name(type));
}

static void check_providers(void)
{
	for (const struct provider *provider = provider_first(); provider;
	     provider = provider->next) {
		char subject[128];
		char uses[128];

		snprintf(subject, sizeof(subject), "provider %.100s",
			 provider->name[0] ? provider->name : provider->path);
		count_uses(provider->name, uses, sizeof(uses));
		if (provider->result == 0)
			report(STATE_OK, subject, NULL, "%.100s (%s): %s", provider->message,
			       provider->path, uses);
		else
			report(STATE_REFUSED, subject,
			       "see ualg/provider.h, or leave it out of $UALG_PROVIDERS", "%.180s",
			       provider->message);
	}
}

static void check_backends(void)
{
	size_t count;
	const struct registry_backend *backends = registry_backends(&count);

	for (size_t i = 0; i < count; i++) {
		const struct registry_backend *backend = &backends[i];
		char subject[64];
		char uses[128];

		snprintf(subject, sizeof(subject), "back end %s", backend->name);
		count_uses(backend->name, uses, sizeof(uses));
		if (backend->result == 0) {
			report(STATE_OK, subject, NULL, "%s%s%s",
			       backend->version ? backend->version : "",
			       backend->version ? ": " : "", uses);
			continue;
		}
		if (registry_left_out(backend)) {
			report(STATE_MISSING, subject, NULL, "left out by $UALG_WITHOUT");
			continue;
		}
		ualg_is_broken = ualg_is_broken || backend->needed;
		report(STATE_MISSING, subject,
		       backend->needed ? "install the library: ualg needs it"
				       : "install the library for more algorithms or speed",
		       "%s: %s", backend->library ? backend->library : "built in",
		       strerror(-backend->result));
	}
}

static int doctor(int argc, char **argv)
{
	static void (*const checks[])(void) = {
	    check_kernel_socket, check_netlink,      check_keys,        check_notification,
	    check_supervisor,    check_restrictions, check_memory_lock, check_library,
	    check_backends,      check_providers,
	};
	int result = cli_no_operands(&cli_doctor_command, argc, argv);

	if (result)
		return result;
	if (as_json)
		printf("[");
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		checks[i]();
	if (as_json)
		printf("\n]\n");
	result = cli_finish_output();
	return result == CLI_OK && ualg_is_broken ? CLI_FAILURE : result;
}

const struct cli_command cli_doctor_command = {
    .name = "doctor",
    .help = "Tell what this machine's kernel offers and what ualg found",
    .operands = "",
    .details = "Each line is 'ok', 'missing' or 'refused', and behind an arrow what can be done.\n"
	       "Exit status: 1 if ualg itself lacks something it needs; a kernel without AF_ALG\n"
	       "is no failure.\n",
    .options = options,
    .usage_exit = CLI_USAGE,
    .run = doctor,
};
