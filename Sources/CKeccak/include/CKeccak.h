// Keccak-f[1600] in C, because Swift cannot compile one function for a newer processor than the rest of the program:
// with x86-64's ANDN and RORX it takes a sixth less time (docs/adr/0005-keccak-in-c.md).
#ifndef MARTLET_CKECCAK_H
#define MARTLET_CKECCAK_H

#include <stdint.h>

/// Permutes the 25 lanes, by the fastest form that the running processor has. Lane x + 5 * y is the reference's A[x][y].
void martlet_keccak_permute(uint64_t *_Nonnull lanes);

/// The same in the form for every processor; for tests.
void martlet_keccak_permute_anywhere(uint64_t *_Nonnull lanes);

#endif
