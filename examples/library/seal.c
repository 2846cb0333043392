/* SPDX-License-Identifier: MIT */
/*
 * Seals a message with associated data, opens it, and is refused once a bit of it has changed.
 * Text, associated data and tag each have a place of their own: there is no arithmetic with
 * buffers.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <ualg/ualg.h>

static int say(const char *what, int error)
{
	printf("%s: %s\n", what, ualg_error_text(error));
	return error;
}

static int exchange(struct ualg_aead *aead)
{
	static const char address[] = "to: B", text[] = "the key is under the mat";
	unsigned char nonce[12], sealed[sizeof(text)], opened[sizeof(text)], tag[16];
	/* Never the same twice with one key: here it is random, a counter is as good. */
	int error = ualg_random(nonce, sizeof(nonce));

	if (error == 0)
		error = ualg_aead_encrypt(aead, nonce, address, sizeof(address), text, sealed,
					  sizeof(text), tag);
	if (say("sealed", error) < 0)
		return error;
	error = ualg_aead_decrypt(aead, nonce, address, sizeof(address), sealed, opened,
				  sizeof(sealed), tag);
	if (say("opened", error) < 0)
		return error;
	if (memcmp(opened, text, sizeof(text)) != 0)
		return -EIO;
	sealed[3] ^= 1;
	error = ualg_aead_decrypt(aead, nonce, address, sizeof(address), sealed, opened,
				  sizeof(sealed), tag);
	say("changed", error);
	return error == -EBADMSG ? 0 : -EIO;
}

int main(void)
{
	struct ualg_aead *aead = NULL;
	unsigned char *key = ualg_secure_alloc(32);
	int error = key ? ualg_random(key, 32) : -ENOMEM;

	if (error == 0)
		error = ualg_aead_open(&aead, "gcm(aes)", UALG_TRANSPORT_DEFAULT);
	if (error == 0)
		error = ualg_aead_set_key(aead, key, 32);
	ualg_secure_free(key);
	if (error == 0)
		error = exchange(aead);
	ualg_aead_close(aead);
	if (error < 0)
		fprintf(stderr, "seal: %s\n", ualg_error_text(error));
	return error < 0;
}
