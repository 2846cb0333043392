/* SPDX-License-Identifier: MIT */
/*
 * The supervisor's own defence: what it could be made to do by a program that finds a fault in it
 * is as little as possible, and the keys in its memory are in no core dump and no swap.
 */
#ifndef UALG_DOORS_SUPERVISOR_DEFENCE_H
#define UALG_DOORS_SUPERVISOR_DEFENCE_H

/*
 * Called once everything is set up, in the supervisor, before the program starts.  From then on:
 * no core dumps, and no ptrace by others of the same user; memory locked, as far as the limits
 * allow; memory bounded; no capability but those that serving needs; no execve, no new process, no
 * network, no change of credentials, mounts or namespaces.  What a kernel does not know is left
 * out.
 */
void defence_begin(void);

#endif
