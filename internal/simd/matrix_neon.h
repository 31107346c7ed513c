// The body of the kernels of MulFloat32 for NEON. The file that includes it
// defines COLUMNS, how many columns a tile of 4 rows has, LOAD, which loads as
// many values of a row of b, MULTIPLY(a, v, ...), which adds their products with
// the value at a to the sums of a row, ZERO(...), which clears these, and
// STORE(to, ...). Columns are a multiple of COLUMNS.
//
// Tiles follow one another down the rows, so that the columns of b stay in the
// first cache. R0 and R4 are where the columns begin in dst and b; R9 and R10 are
// where a tile does in dst and a.

	MOVD dst_base+0(FP), R0
	MOVD dstStride+24(FP), R1
	MOVD aStride+56(FP), R3
	MOVD b_base+64(FP), R4
	MOVD bStride+88(FP), R5
	MOVD n+104(FP), R7
	MOVD columns+112(FP), R8
	LSL  $2, R1
	LSL  $2, R3
	LSL  $2, R5

columns:
	MOVD R0, R9
	MOVD a_base+32(FP), R10
	MOVD rows+96(FP), R6

tile:
	FOUR_ROWS(R10, R3)
	MOVD R4, R15
	MOVD R7, R16
	EACH(ZERO)
	CBZ  R16, store

step:
	LOAD
	ADD  R5, R15
	EACH(MULTIPLY)
	SUB  $1, R16
	CBNZ R16, step

store:
	FOUR_ROWS(R9, R1)
	EACH(STORE)
	ADD R1<<2, R9
	ADD R3<<2, R10
	SUB $4, R6
	CMP $0, R6
	BGT tile

	ADD $(4*COLUMNS), R0
	ADD $(4*COLUMNS), R4
	SUB $COLUMNS, R8
	CBNZ R8, columns
	RET
