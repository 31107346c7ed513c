// The body of the kernels of MulPanel for NEON. The file that includes it defines
// ROWS, how many rows of activations a tile has, and EACH(OP), which does
// OP(codes, scale, sum, v, a, s0, s1, s2, s3, y) for each of them: registers that
// point to the row's codes, scales and sums, the register of its codes by name and
// number, the registers of its sums of products, and where on the stack its 16
// results so far are. SETUP loads the constants.
//
// R2, R3 and R4 run over the panel, its scales and its minimums, R20 is the stack.

	MOVD c_codes_base+128(FP), R5
	MOVD c_activationScales_base+152(FP), R9
	MOVD c_sums_base+176(FP), R13
	MOVD c_dst_base+0(FP), R0
	MOVD c_stride+24(FP), R1
	MOVD c_n+200(FP), R19
	MOVD c_block+208(FP), R21
	MOVD c_tiles+216(FP), R22
	MOVD $y-256(SP), R20
	LSL  $2, R1
	LSR  $4, R21
	SETUP

	// R23 is how many blocks a row has, R24 their length in bytes.
	LSR $4, R19, R23
	CMP $1, R21
	BEQ tile
	LSR $5, R19, R23

tile:
	LSL  $2, R23, R24
	ADD  R19, R5, R6
	ADD  R19, R6, R7
	ADD  R19, R7, R8
	ADD  R24, R9, R10
	ADD  R24, R10, R11
	ADD  R24, R11, R12
	ADD  R24, R13, R14
	ADD  R24, R14, R15
	ADD  R24, R15, R16
	MOVD c_panel_base+32(FP), R2
	MOVD c_scales_base+56(FP), R3
	MOVD c_minimums_base+80(FP), R4
	VZERO(16)
	VZERO(17)
	VZERO(18)
	VZERO(19)
	MOVD c_bias_base+104(FP), R25
	CBZ  R25, zeros
	VLD1 (R25), [V16.S4, V17.S4, V18.S4, V19.S4]

zeros:
	EACH(BIAS)
	MOVD R23, R25
	CBZ  R25, store

block:
	EACH(START)
	MOVD R21, R26

	// Each row's 16 codes, with four times four codes of each row of the panel.
sixteen:
	EACH(CODES)
	VLD1.P 64(R2), [V16.B16, V17.B16, V18.B16, V19.B16]
	EACH(DOT0)
	VLD1.P 64(R2), [V16.B16, V17.B16, V18.B16, V19.B16]
	EACH(DOT1)
	VLD1.P 64(R2), [V16.B16, V17.B16, V18.B16, V19.B16]
	EACH(DOT2)
	VLD1.P 64(R2), [V16.B16, V17.B16, V18.B16, V19.B16]
	EACH(DOT3)
	SUB    $1, R26
	CBNZ   R26, sixteen

	VLD1.P 64(R3), [V16.S4, V17.S4, V18.S4, V19.S4]
	EACH(ADD_PRODUCTS)
	CBZ    R4, next
	VLD1.P 64(R4), [V16.S4, V17.S4, V18.S4, V19.S4]
	EACH(SUBTRACT)

next:
	SUB  $1, R25
	CBNZ R25, block

store:
	EACH(STORE)

	// R5, R9 and R13 are where the tile began.
	MOVD $ROWS, R25
	MOVD c_codes_base+128(FP), R5
	MUL  R25, R19, R26
	ADD  R26, R5
	MOVD R5, c_codes_base+128(FP)
	MUL  R25, R24, R26
	MOVD c_activationScales_base+152(FP), R9
	ADD  R26, R9
	MOVD R9, c_activationScales_base+152(FP)
	MOVD c_sums_base+176(FP), R13
	ADD  R26, R13
	MOVD R13, c_sums_base+176(FP)
	SUB  $1, R22
	CBNZ R22, tile
	RET
