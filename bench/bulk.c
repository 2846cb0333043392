/* SPDX-License-Identifier: MIT */
/*
 * The speed of every well-known name at 16 KiB, beside the fastest of the libraries that have it,
 * all in one run: hashing, or encryption, with the key set before.  The goal is 0.8 of the library.
 *
 *     bulk [NAME...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bulk.h"
#include "catalog/names.h"
#include "crypto/registry.h"
#include "measure.h"

#define GOAL        0.8
#define REPETITIONS 15u
#define BATCH       300e3 /* ns */
#define MAX_LIBRARY 3

static uint8_t key[1200];
static uint8_t iv[64] = {3, 1, 2, 3}; /* 3: ccm's first byte (E-15) */
static uint8_t in[BULK_SIZE];
static uint8_t out[BULK_SIZE + 64];

static const struct bulk_library *const libraries[] = {
    &bulk_gcrypt,
    &bulk_openssl,
#ifdef HAVE_NETTLE
    &bulk_nettle,
#endif
};

#define LIBRARIES (sizeof(libraries) / sizeof(libraries[0]))

/* ---- ours ---- */

struct own {
	struct tfm *tfm;
	_Alignas(64) uint8_t state[ALG_MAX_HASH_STATE];
};

static int run_own_once(struct own *own)
{
	const struct alg *alg = own->tfm->alg;
	uint8_t running_iv[ALG_MAX_IV];
	struct aead_request request = {
	    .iv = iv,
	    .aad = in,
	    .aad_size = BULK_AAD,
	    .in = in,
	    .out = out,
	    .size = BULK_SIZE,
	    .tag = out + BULK_SIZE,
	};

	switch (alg->type) {
	case ALG_TYPE_HASH:
		alg->hash.init(own->tfm, own->state);
		if (alg->hash.update(own->tfm, own->state, in, BULK_SIZE))
			return -1;
		return alg->hash.final(own->tfm, own->state, out);
	case ALG_TYPE_SKCIPHER:
		memcpy(running_iv, iv, sizeof(running_iv));
		return alg->skcipher.encrypt(own->tfm, running_iv, out, in, BULK_SIZE);
	default:
		if (strncmp(alg->name, "seqiv", 5) == 0)
			request.aad_size = 8;
		return alg->aead.encrypt(own->tfm, &request);
	}
}

static void run_own(void *opaque, size_t count)
{
	for (; count > 0; count--)
		measure_check(run_own_once(opaque) == 0, "encryption");
}

/* The key sizes that names are measured with: those that libraries have, else any that suits. */
static size_t set_key(struct tfm *tfm)
{
	static const size_t sizes[] = {16, 32, 8, 24, 20, 19, 36, 4, 0, 1088};

	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		if (sizes[i] < tfm->alg->min_keysize || sizes[i] > tfm->alg->max_keysize)
			continue;
		if (strncmp(tfm->alg->name, "xts", 3) == 0 && sizes[i] == 16)
			continue;
		if (tfm_setkey(tfm, key, sizes[i]) == 0)
			return sizes[i];
	}
	/* A blob: header, 20 bytes for the hash, the rest for the cipher (K-10). */
	for (uint8_t cipher = 0; cipher <= 36; cipher = (uint8_t)(cipher + 4)) {
		for (unsigned hash = 0; hash <= 20; hash += 4) {
			const uint16_t header[2] = {8, 1};
			uint8_t blob[64] = {0};

			memcpy(blob, header, 4);
			blob[7] = cipher;
			memcpy(blob + 8, key, hash + cipher);
			if (tfm_setkey(tfm, blob, 8 + hash + cipher) == 0)
				return 8 + hash + cipher;
		}
	}
	return (size_t)-1;
}

/* ---- the table ---- */

static void take_apart(const char *name, struct bulk_job *job)
{
	size_t outer = strcspn(name, "(");

	if (!name[outer]) {
		snprintf(job->inner, sizeof(job->inner), "%s", name);
		return;
	}
	snprintf(job->outer, sizeof(job->outer), "%.*s", (int)outer, name);
	snprintf(job->inner, sizeof(job->inner), "%.*s", (int)(strlen(name) - outer - 2),
		 name + outer + 1);
}

/* GB/s of 16 KiB in ns. */
static double speed(const struct measure *measure)
{
	return BULK_SIZE / measure_quarter(measure, 2);
}

static size_t batch_of(void (*body)(void *, size_t), void *context)
{
	double start = measure_now(), took;

	body(context, 1);
	took = measure_now() - start;
	return took >= BATCH ? 1 : (size_t)(BATCH / took);
}

static unsigned compared, missed;

static void print_row(const char *name, struct measure *const *all, size_t count)
{
	size_t best = 0;
	double ratio;

	for (size_t i = 1; i < count; i++)
		if (best == 0 || speed(all[i]) > speed(all[best]))
			best = i;
	if (best == 0) {
		printf("%-48s %9.3f\n", name, speed(all[0]));
		return;
	}
	ratio = speed(all[0]) / speed(all[best]);
	compared++;
	missed += ratio < GOAL;
	printf("%-48s %9.3f %9.3f %-8s %6.2f  %s\n", name, speed(all[0]), speed(all[best]),
	       all[best]->name, ratio, ratio >= GOAL ? "met" : "missed");
}

static void measure_name(const struct catalog_name *name)
{
	static struct measure measures[1 + MAX_LIBRARY];
	static struct own own;
	struct measure *all[1 + MAX_LIBRARY];
	const struct alg *alg;
	struct bulk_job job = {.type = alg_type_name(name->type),
			       .name = name->name,
			       .key = key,
			       .iv = iv,
			       .in = in,
			       .out = out};
	size_t count = 1;

	if (registry_find(name->type, name->name, &alg) < 0 || tfm_new(alg, &own.tfm) < 0)
		return;
	job.key_size = alg->setkey ? set_key(own.tfm) : 0;
	if (job.key_size == (size_t)-1) {
		tfm_free(own.tfm);
		return;
	}
	take_apart(name->name, &job);
	measures[0] = (struct measure){.name = "ualg", .body = run_own, .context = &own};
	for (size_t i = 0; i < LIBRARIES; i++) {
		void *context = libraries[i]->open(&job);

		if (context)
			measures[count++] = (struct measure){.name = libraries[i]->name,
							     .body = libraries[i]->run,
							     .context = context};
	}
	for (size_t i = 0; i < count; i++)
		all[i] = &measures[i];
	measure_run(all, count, REPETITIONS, batch_of(run_own, &own));
	print_row(name->name, all, count);
	tfm_free(own.tfm);
}

static bool is_wanted(const char *name, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], name) == 0)
			return true;
	return argc < 2;
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)(i * 7 + 1);
	measure_pin();
	measure_cpu_time();
	printf("%-48s %9s %9s %-8s %6s\n", "16 KiB, GB/s", "ualg", "fastest", "library", "ratio");
	for (size_t i = 0; i < catalog_names_count; i++)
		if (catalog_names[i].type != ALG_TYPE_RNG &&
		    is_wanted(catalog_names[i].name, argc, argv))
			measure_name(&catalog_names[i]);
	printf("%u of %u names that a library has reach %.1f of the fastest\n", compared - missed,
	       compared, GOAL);
	measure_goal("names below 0.8 of the fastest library at 16 KiB", 0, missed, "");
	return 0;
}
