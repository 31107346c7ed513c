// The body of the kernels of MulPanel for AVX2. The file that includes it
// defines ROWS, how many rows of activations a tile has, and EACH(OP), which does
// OP(codes, scale, sum, acc0, acc1, y) for each of them: where the row's codes,
// scale and sum lie, its sums of products, and where on the stack its 16 results
// so far are.
//
// R8 and R9 point to the codes of rows 0 and 3 and AX is the length of a row,
// which makes four addresses; R10, R11 and BX do the same for the scales, R12, R13
// and BX for the sums. SI, DI and DX run over the panel, its scales and its
// minimums. Y12 is 16 times 1.

	MOVQ     c_codes_base+128(FP), R8
	MOVQ     c_activationScales_base+152(FP), R10
	MOVQ     c_sums_base+176(FP), R12
	VPCMPEQW Y12, Y12, Y12
	VPSRLW   $15, Y12, Y12

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
	LEAQ (BX)(BX*2), CX
	LEAQ (R10)(CX*1), R11
	LEAQ (R12)(CX*1), R13
	MOVQ c_panel_base+32(FP), SI
	MOVQ c_scales_base+56(FP), DI
	MOVQ c_minimums_base+80(FP), DX

	VXORPS  Y13, Y13, Y13
	VXORPS  Y14, Y14, Y14
	MOVQ    c_bias_base+104(FP), CX
	TESTQ   CX, CX
	JEQ     zeros
	VMOVUPS (CX), Y13
	VMOVUPS 32(CX), Y14
zeros:
	EACH(BIAS)
	MOVQ    BX, CX
	SHRQ    $2, CX
	JEQ     store

block:
	EACH(START)
	MOVQ c_block+208(FP), R14

	// Four codes of each row of the panel are in Y8 and Y9, what they are without
	// sign in Y10 and Y11. Weights are fetched a page ahead, as for AVX-512.
four:
	PREFETCHT0 4096(SI)
	VMOVDQU (SI), Y8
	VMOVDQU 32(SI), Y9
	VPABSB  Y8, Y10
	VPABSB  Y9, Y11
	EACH(DOT)
	ADDQ    $64, SI
	ADDQ    $4, R8
	ADDQ    $4, R9
	SUBQ    $4, R14
	JNE     four

	VMOVUPS (DI), Y8
	VMOVUPS 32(DI), Y9
	EACH(ADD_PRODUCTS)
	TESTQ   DX, DX
	JEQ     next
	VMOVUPS (DX), Y8
	VMOVUPS 32(DX), Y9
	EACH(SUBTRACT)
	ADDQ    $64, DX

next:
	ADDQ $64, DI
	ADDQ $4, R10
	ADDQ $4, R11
	ADDQ $4, R12
	ADDQ $4, R13
	DECQ CX
	JNE  block

store:
	MOVQ c_dst_base+0(FP), DI
	MOVQ c_stride+24(FP), CX
	SHLQ $2, CX
	EACH(STORE)
	MOVQ DI, c_dst_base+0(FP)

	// R8, R10 and R12 are at the second row.
	IMUL3Q $(ROWS-1), AX, CX
	ADDQ   CX, R8
	IMUL3Q $(ROWS-1), BX, CX
	ADDQ   CX, R10
	ADDQ   CX, R12
	DECQ   c_tiles+216(FP)
	JNE    tile
	VZEROUPPER
	RET
