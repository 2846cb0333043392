/* SPDX-License-Identifier: MIT */
#include "cli/supervised.h"

#include "doors/common/handover.h"
#include "doors/common/system.h"
#include "ualg/if_alg.h"

bool is_supervised(void)
{
	struct handover_hello hello;

	/* Past a preloaded library, which may be in this very process. */
	return DOOR_CALL_4(SYS_socket, AF_ALG, HANDOVER_HELLO, HANDOVER_VERSION, &hello) == 0;
}
