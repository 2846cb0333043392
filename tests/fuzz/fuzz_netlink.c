/* SPDX-License-Identifier: MIT */
/* Messages of NETLINK_CRYPTO: any bytes, and what must hold of every answer. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <linux/netlink.h>

#include "catalog/netlink.h"
#include "fuzz/fuzz.h"

/* GETALG and NEWALG of sha256, GETALG of all. */
static const uint8_t one[224] = {224, 0, 0, 0, 19, 0,   5,   0,   1,   0,   0,
				 0,   0, 0, 0, 0,  's', 'h', 'a', '2', '5', '6'};
static const uint8_t new[232] = {
    232, 0,   0,   0,   16,  0,   5,          0,         1, 0, 0, 0, 0, 0, 0, 0,
    's', 'h', 'a', '2', '5', '6', [80] = 'x', [224] = 8, 0, 1, 0, 9, 0, 0, 0};
static const uint8_t all[16] = {16, 0, 0, 0, 19, 0, 1, 3, 1};

const struct fuzz_sample fuzz_samples[] = {
    {one, sizeof(one)}, {new, sizeof(new)}, {all, sizeof(all)}};
const size_t fuzz_samples_count = sizeof(fuzz_samples) / sizeof(fuzz_samples[0]);

struct reader {
	struct catalog_netlink link;
	unsigned sum;
};

/* Each datagram is whole messages, and none is one that a door would take for a request. */
static int take(struct catalog_netlink *link, const struct iovec *pieces, unsigned count)
{
	struct reader *reader = (struct reader *)link;
	struct nlmsghdr header;
	size_t size = 0;

	for (unsigned i = 0; i < count; i++) {
		const uint8_t *bytes = pieces[i].iov_base;

		for (size_t j = 0; j < pieces[i].iov_len; j++)
			reader->sum += bytes[j];
		size += pieces[i].iov_len;
	}
	if (pieces[0].iov_len < sizeof(header))
		abort();
	memcpy(&header, pieces[0].iov_base, sizeof(header));
	if (header.nlmsg_len < sizeof(header) || header.nlmsg_len > size || size % 4 ||
	    header.nlmsg_flags & NLM_F_REQUEST || header.nlmsg_pid != link->port)
		abort();
	if (header.nlmsg_type == NLMSG_ERROR && header.nlmsg_len != size)
		abort();
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader reader = {.link = {.port = 7, .send = take}};

	reader.link.privileged = size > 20 && data[20] & 1;
	reader.link.capped = size > 20 && data[20] & 2;
	if (catalog_netlink_serve(&reader.link, data, size) != 0)
		abort();
	return reader.sum == 1 ? 1 : 0;
}
