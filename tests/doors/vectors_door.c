/* SPDX-License-Identifier: MIT */
/* Vector files through libc calls on AF_ALG sockets. */
#include "support/transport.h"

int main(int argc, char **argv)
{
	return transport_door_works() ? vector_run(&transport_door, argc - 1, argv + 1) : 1;
}
