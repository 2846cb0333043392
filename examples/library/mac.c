/* SPDX-License-Identifier: MIT */
/*
 * Messages that begin alike, each with its MAC: the common part is computed once, and cloned.
 * Then a MAC is verified, and one that is wrong is refused.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <ualg/ualg.h>

static const char header[] = "From: A\nTo: B\n\n";
static const char *const bodies[] = {"pay 10", "pay 1000"};

int main(void)
{
	unsigned char key[32], mac[2][32];
	struct ualg_digest *common, *each;
	int error = ualg_random(key, sizeof(key));

	if (error == 0)
		error = ualg_digest_open(&common, "hmac(sha256)", UALG_TRANSPORT_DEFAULT);
	if (error < 0) {
		fprintf(stderr, "mac: %s\n", ualg_error_text(error));
		return 1;
	}
	error = ualg_digest_set_key(common, key, sizeof(key));
	if (error == 0)
		error = ualg_digest_update(common, header, strlen(header));
	for (int i = 0; i < 2 && error == 0; i++) {
		error = ualg_digest_clone(common, &each);
		if (error < 0)
			break;
		error = ualg_digest_update(each, bodies[i], strlen(bodies[i]));
		if (error == 0)
			error = ualg_digest_final(each, mac[i], sizeof(mac[i]));
		ualg_digest_close(each);
	}
	/* The receiver's side: the first message with its own MAC, then with the other's. */
	for (int i = 0; i < 2 && error == 0; i++) {
		ualg_digest_reset(common);
		error = ualg_digest_update(common, header, strlen(header));
		if (error == 0)
			error = ualg_digest_update(common, bodies[0], strlen(bodies[0]));
		if (error == 0)
			error = ualg_digest_verify(common, mac[i], sizeof(mac[i]));
		printf("MAC %d: %s\n", i + 1, ualg_error_text(error));
	}
	ualg_digest_close(common);
	ualg_secure_wipe(key, sizeof(key));
	return error == -EBADMSG ? 0 : 1;
}
