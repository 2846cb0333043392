/* SPDX-License-Identifier: MIT */
#include "doors/preload/listing.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "catalog/catalog.h"
#include "doors/common/system.h"
#include "doors/preload/process.h"

/* Collects lines, so that not each costs a call. */
struct page {
	int file;
	size_t size;
	char text[4096];
};

static int flush(struct page *page)
{
	const char *text = page->text;

	while (page->size) {
		long written = DOOR_CALL_3(SYS_write, page->file, text, page->size);

		if (written < 0)
			return (int)written;
		text += written;
		page->size -= (size_t)written;
	}
	return 0;
}

static int add(void *context, const char *text, size_t size)
{
	struct page *page = context;
	int result = 0;

	if (size > sizeof(page->text) - page->size)
		result = flush(page);
	if (result < 0)
		return result;
	memcpy(page->text + page->size, text, size);
	page->size += size;
	return 0;
}

int preload_write_catalog(int file)
{
	struct page page = {.file = file};
	int result, cancel_state;

	if (preload_inside)
		return -EBUSY;
	preload_begin();
	if (!preload_owns())
		return -EBUSY;
	preload_enter(&cancel_state);
	result = catalog_write(add, &page);
	preload_leave(cancel_state);
	return result < 0 ? result : flush(&page);
}
