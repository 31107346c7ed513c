// FOUR_ROWS sets R8 to R11 to the rows of a tile, the first of which is at first,
// stride apart. CX is how many rows are left: where there are fewer than four, the
// last takes the place of those that are missing, and is worked out again.
#define FOUR_ROWS(first, stride) \
	MOVQ    first, R8; \
	LEAQ    (R8)(stride*1), R9; \
	CMPQ    CX, $2; \
	CMOVQLT R8, R9; \
	LEAQ    (R9)(stride*1), R10; \
	CMPQ    CX, $3; \
	CMOVQLT R9, R10; \
	LEAQ    (R10)(stride*1), R11; \
	CMPQ    CX, $4; \
	CMOVQLT R10, R11
