/* SPDX-License-Identifier: MIT */
#include "doors/preload/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/lock.h"
#include "base/secmem.h"
#include "crypto/registry.h"
#include "doors/common/generic.h"
#include "doors/common/system.h"
#include "doors/preload/fault.h"
#include "doors/preload/handover.h"
#include "doors/preload/keys.h"
#include "doors/preload/recording.h"
#include "doors/preload/rights.h"
#include "doors/preload/table.h"
#include "doors/preload/watch.h"
#include "keys/keys.h"
#include "socket/profile.h"
#include "socket/sock.h"

enum { MARK_COPIED, MARK_ALIVE, MARK_BEING_MENDED };

struct sock_host preload_host;
unsigned preload_sndbuf, preload_rcvbuf;
_Atomic bool preload_active;
struct preload_mark preload_mark;
_Thread_local bool preload_inside;

static struct lock begin_lock;
static enum preload_when when;
static _Atomic long owner;

static long process_id(void)
{
	return DOOR_CALL_1(SYS_getpid, 0);
}

/* Where /proc is not there, the capabilities alone have to tell. */
static bool is_in_first_namespace(void)
{
	struct stat status;

	if (DOOR_CALL_4(SYS_newfstatat, AT_FDCWD, "/proc/self/ns/user", &status, 0) < 0)
		return true;
	return status.st_ino == DOOR_FIRST_USER_NAMESPACE;
}

/* As the kernel's own check: by the effective set of the calling thread, at each call. */
static bool capable(enum sock_capability capability)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (DOOR_CALL_2(SYS_capget, &header, data) < 0)
		return false;
	return door_generic_capable(data[0].effective, capability) && is_in_first_namespace();
}

static void read_settings(void)
{
	const char *profile = secure_getenv("UALG_PROFILE");
	const char *value = secure_getenv("UALG_WHEN");

	/* A name that is none is for the command to complain of; a library says nothing. */
	preload_host.profile = SOCK_PROFILE_DEFAULT;
	if (profile)
		(void)sock_profile_parse(profile, &preload_host.profile);
	when = value && strcmp(value, "missing") == 0 ? PRELOAD_MISSING : PRELOAD_ALWAYS;
}

enum preload_when preload_when(void)
{
	return preload_is_supervised() ? PRELOAD_ALWAYS : when;
}

static void fork_prepare(void)
{
	preload_handover_all();
	sock_fork_prepare();
	registry_fork_prepare();
	keys_fork_prepare();
	secmem_fork_prepare();
}

static void fork_parent(void)
{
	secmem_fork_done();
	keys_fork_parent();
	registry_fork_done();
	sock_fork_parent();
	preload_table_forked();
	preload_rights_fork_parent();
}

static void fork_child(void)
{
	lock_forget_self();
	secmem_fork_done();
	keys_fork_child();
	registry_fork_done();
	sock_fork_child();
	preload_fault_fork_child();
	preload_table_forked();
	lock_reset(&begin_lock);
	preload_recording_forked();
	atomic_store(&owner, process_id());
	atomic_store(&preload_mark.alive, MARK_ALIVE);
	if (preload_is_supervised())
		preload_handover_begin();
	preload_rights_fork_child();
}

void preload_forked(void)
{
	unsigned copied = MARK_COPIED;

	if (!preload_is_active())
		return;
	if (atomic_compare_exchange_strong(&preload_mark.alive, &copied, MARK_BEING_MENDED))
		fork_child();
	while (atomic_load(&preload_mark.alive) == MARK_BEING_MENDED)
		(void)sched_yield();
}

bool preload_owns(void)
{
	preload_check_fork();
	return atomic_load_explicit(&owner, memory_order_relaxed) == process_id();
}

static void begin(void)
{
	read_settings();
	door_generic_new_buffers(&preload_sndbuf, &preload_rcvbuf);
	preload_host.guard = preload_guard;
	preload_host.probe = preload_probe;
	preload_host.capable = capable;
	preload_host.changed = preload_changed;
	preload_host.key_lookup = preload_key_lookup;
	preload_recording_begin(&preload_host);
	/* Where the kernel cannot do this the fork handlers alone have to do. */
	(void)madvise(&preload_mark, sizeof(preload_mark), MADV_WIPEONFORK);
	(void)pthread_atfork(fork_prepare, fork_parent, fork_child);
	preload_fault_install();
	preload_handover_begin();
	atomic_store(&owner, process_id());
	atomic_store(&preload_mark.alive, MARK_ALIVE);
	atomic_store(&preload_active, true);
}

void preload_begin(void)
{
	uint64_t all = UINT64_MAX, mask = 0;

	if (atomic_load(&preload_active))
		return;
	/* Without signals, so that no handler comes here meanwhile. */
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_BLOCK, &all, &mask, sizeof(all));
	(void)lock_acquire(&begin_lock);
	if (!atomic_load(&preload_active))
		begin();
	lock_release(&begin_lock);
	(void)DOOR_CALL_4(SYS_rt_sigprocmask, SIG_SETMASK, &mask, 0, sizeof(mask));
}
