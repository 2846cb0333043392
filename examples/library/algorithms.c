/* SPDX-License-Identifier: MIT */
/* What there is, with sizes:  algorithms [TYPE [NAME]] */
#include <stdio.h>
#include <string.h>
#include <ualg/ualg.h>

static void print(const struct ualg_alg *alg)
{
	printf(
	    "%s %s by %s (%s, priority %d): block %zu, key %zu to %zu, IV %zu, digest or tag %zu%s\n",
	    ualg_type_name(ualg_alg_type(alg)), ualg_alg_name(alg), ualg_alg_driver(alg),
	    ualg_alg_backend(alg), ualg_alg_priority(alg), ualg_alg_block_size(alg),
	    ualg_alg_min_key_size(alg), ualg_alg_max_key_size(alg), ualg_alg_iv_size(alg),
	    ualg_alg_digest_size(alg) + ualg_alg_max_tag_size(alg),
	    ualg_alg_streams(alg) ? ", in parts" : "");
}

static enum ualg_type type_of(const char *name)
{
	for (int type = UALG_TYPE_HASH; type <= UALG_TYPE_RNG; type++)
		if (strcmp(ualg_type_name((enum ualg_type)type), name) == 0)
			return (enum ualg_type)type;
	return UALG_TYPE_ANY;
}

int main(int argc, char **argv)
{
	enum ualg_type type = argc > 1 ? type_of(argv[1]) : UALG_TYPE_ANY;
	const struct ualg_alg *alg;

	if (argc > 2) {
		int error = ualg_alg_find(type, argv[2], &alg);

		if (error < 0) {
			fprintf(stderr, "algorithms: %s: %s\n", argv[2], ualg_error_text(error));
			return 1;
		}
		print(alg);
		return 0;
	}
	for (alg = ualg_alg_next(NULL); alg; alg = ualg_alg_next(alg))
		if (type == UALG_TYPE_ANY || ualg_alg_type(alg) == type)
			print(alg);
	return 0;
}
