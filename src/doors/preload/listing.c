/* SPDX-License-Identifier: MIT */
#include "doors/preload/listing.h"

#include <errno.h>

#include "doors/common/text.h"
#include "doors/preload/process.h"

int preload_write_catalog(int file)
{
	int result, cancel_state;

	if (preload_inside)
		return -EBUSY;
	preload_begin();
	if (!preload_owns())
		return -EBUSY;
	preload_enter(&cancel_state);
	result = door_text_catalog(file);
	preload_leave(cancel_state);
	return result;
}
