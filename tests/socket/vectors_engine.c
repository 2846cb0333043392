/* SPDX-License-Identifier: MIT */
/* Vector files through the engine's own functions, without a door. */
#include "support/transport.h"

int main(int argc, char **argv)
{
	return vector_run(&transport_engine, argc - 1, argv + 1);
}
