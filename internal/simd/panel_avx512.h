// The body of the kernels of MulPanel for AVX-512. The file that includes it
// defines ROWS, how many rows of activations a tile has, and EACH(OP), which
// does OP(codes, scale, sum, acc, y) for each of them: where the row's codes,
// scale and sum lie, its sums of products and its results so far.
//
// R8 to R10 point to the codes of rows 0, 3 and 6 and AX is the length of a row,
// which makes eight addresses; R11 to R13 and BX do the same for the scales, R14,
// R15, BP and BX for the sums. SI, DI and DX run over the panel, its scales and
// its minimums.

	MOVQ         c_codes_base+128(FP), R8
	MOVQ         c_activationScales_base+152(FP), R11
	MOVQ         c_sums_base+176(FP), R14
	MOVL         $-128, CX
	VPBROADCASTD CX, Z22

	// The length of a row of codes, and of scales and sums.
	MOVQ  c_n+200(FP), AX
	MOVQ  $4, BX
	CMPQ  c_block+208(FP), $16
	JEQ   sixteen
	SHRQ  $1, BX
sixteen:
	IMULQ AX, BX
	SHRQ  $4, BX

tile:
	LEAQ (AX)(AX*2), CX
	LEAQ (R8)(CX*1), R9
	LEAQ (R8)(CX*2), R10
	LEAQ (BX)(BX*2), CX
	LEAQ (R11)(CX*1), R12
	LEAQ (R11)(CX*2), R13
	LEAQ (R14)(CX*1), R15
	LEAQ (R14)(CX*2), BP
	MOVQ c_panel_base+32(FP), SI
	MOVQ c_scales_base+56(FP), DI
	MOVQ c_minimums_base+80(FP), DX

	VPXORD Z16, Z16, Z16
	MOVQ   c_bias_base+104(FP), CX
	TESTQ  CX, CX
	JEQ    zeros
	VMOVUPS (CX), Z16
zeros:
	EACH(BIAS)
	MOVQ  BX, CX
	SHRQ  $2, CX
	JEQ   store

block:
	EACH(START)
	DOT
	CMPQ c_block+208(FP), $16
	JEQ  add
	DOT

add:
	VMOVUPS (DI), Z20
	EACH(ADD_PRODUCTS)
	TESTQ   DX, DX
	JEQ     next
	VMOVUPS (DX), Z21
	EACH(SUBTRACT)
	ADDQ    $64, DX

next:
	ADDQ $64, DI
	ADDQ $4, R11
	ADDQ $4, R12
	ADDQ $4, R13
	ADDQ $4, R14
	ADDQ $4, R15
	ADDQ $4, BP
	DECQ CX
	JNE  block

store:
	MOVQ  c_dst_base+0(FP), DI
	MOVQ  c_stride+24(FP), CX
	SHLQ  $2, CX
	EACH(STORE)
	MOVQ  DI, c_dst_base+0(FP)

	// R8, R11 and R14 are at the second row.
	IMUL3Q $(ROWS-1), AX, CX
	ADDQ  CX, R8
	IMUL3Q $(ROWS-1), BX, CX
	ADDQ  CX, R11
	ADDQ  CX, R14
	DECQ  c_tiles+216(FP)
	JNE   tile
	VZEROUPPER
	RET
