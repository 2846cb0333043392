/* SPDX-License-Identifier: MIT */
#include "doors/preload/identity.h"

#include "doors/preload/process.h"
#include "doors/preload/rights.h"

/* Whether a number's entry is the socket of a placeholder, all of whose state is here. */
static bool stands_for(int number, uint64_t inode)
{
	return preload_inode_noted(number) == inode && !preload_table_is_copied(number) &&
	       !preload_table_is_moving(number);
}

/* The socket, with a reference, of which another number has that placeholder; or NULL. */
static struct sock *sock_of_inode(uint64_t inode)
{
	unsigned end = preload_table_top();

	for (unsigned i = 0; i < end; i++) {
		struct sock *sock;
		int error;

		if (!stands_for((int)i, inode))
			continue;
		sock = preload_lock((int)i, &error);
		if (!sock)
			continue;
		if (!stands_for((int)i, inode)) {
			sock_unlock(sock);
			continue;
		}
		sock_get(sock);
		sock_unlock(sock);
		return sock;
	}
	return preload_rights_find(inode);
}

/* Gives a number that names a placeholder its entry; false: it names none of a socket here. */
static bool adopt(int number, uint64_t inode)
{
	struct sock *sock = inode ? sock_of_inode(inode) : NULL;

	if (!sock)
		return false;
	if (!preload_table_set(number, sock))
		preload_drop(sock);
	return true;
}

struct sock *preload_identify(int number)
{
	struct sock *sock = preload_find(number);
	uint64_t noted, now;

	if (!sock)
		return NULL;
	noted = preload_inode_noted(number);
	now = preload_inode_now(number);
	if (noted == 0 || noted == now || preload_table_is_moving(number))
		return sock;
	if (!preload_owns())
		return NULL;
	/* Another thread may have changed it meanwhile, and knows better. */
	if (preload_find(number) == sock && preload_inode_noted(number) == noted &&
	    !preload_table_is_moving(number) && !adopt(number, now))
		preload_table_forget(number, sock);
	return preload_find(number);
}

void preload_adopt(int number)
{
	if ((unsigned)number < PRELOAD_TABLE_SIZE && preload_owns())
		(void)adopt(number, preload_inode_now(number));
}
