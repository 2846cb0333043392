/* SPDX-License-Identifier: MIT */
#include "doors/preload/identity.h"

#include "doors/preload/process.h"
#include "doors/preload/rights.h"

struct sock *preload_identify(int number)
{
	struct sock *sock = preload_find(number);
	uint64_t noted;

	if (!sock)
		return NULL;
	noted = preload_inode_noted(number);
	if (noted == 0 || noted == preload_inode_now(number))
		return sock;
	if (!preload_owns())
		return NULL;
	/* Another thread may have changed it meanwhile, and knows better. */
	if (preload_find(number) != sock || preload_inode_noted(number) != noted)
		return preload_find(number);
	preload_table_forget(number, sock);
	preload_adopt(number);
	return preload_find(number);
}

/* The socket, with a reference, of which another number has that placeholder; or NULL. */
static struct sock *sock_of_inode(uint64_t inode)
{
	unsigned end = preload_table_top();

	for (unsigned i = 0; i < end; i++) {
		struct sock *sock;
		int error;

		if (preload_inode_noted((int)i) != inode || preload_table_is_copied((int)i))
			continue;
		sock = preload_lock((int)i, &error);
		if (!sock)
			continue;
		sock_get(sock);
		sock_unlock(sock);
		return sock;
	}
	return preload_rights_find(inode);
}

void preload_adopt(int number)
{
	uint64_t inode;
	struct sock *sock;

	if ((unsigned)number >= PRELOAD_TABLE_SIZE || !preload_owns())
		return;
	inode = preload_inode_now(number);
	sock = inode ? sock_of_inode(inode) : NULL;
	if (sock && !preload_table_set(number, sock))
		preload_drop(sock);
}
