/* SPDX-License-Identifier: MIT */
#include "crypto/templates/join.h"

#include <string.h>

#include "base/secmem.h"

void template_join_free(struct template_join *join)
{
	uint8_t *far = join->far;

	join->far = NULL;
	secmem_free(far, join->far_size);
}

static uint8_t *room_for(struct template_join *join, size_t size)
{
	if (size <= sizeof(join->near))
		return join->near;
	if (join->far && size <= join->far_size)
		return join->far;
	template_join_free(join);
	join->far_size = size;
	join->far = secmem_alloc(size);
	return join->far;
}

const uint8_t *template_join(struct template_join *join, const uint8_t *first, size_t first_size,
			     const uint8_t *second, size_t second_size)
{
	uint8_t *room;

	if (second_size == 0 || (first && first + first_size == second))
		return first ? first : join->near;
	if (first_size == 0)
		return second;
	if (first_size > SIZE_MAX - second_size)
		return NULL;
	room = room_for(join, first_size + second_size);
	if (!room)
		return NULL;
	memcpy(room, first, first_size);
	memcpy(room + first_size, second, second_size);
	return room;
}
