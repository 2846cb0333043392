/* SPDX-License-Identifier: MIT */
#include <stddef.h>
#include <string.h>

#include "catalog/catalog.h"
#include "doors/common/system.h"
#include "doors/common/text.h"

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

int door_text_catalog(int file)
{
	struct page page = {.file = file};
	int result = catalog_write(add, &page);

	return result < 0 ? result : flush(&page);
}
