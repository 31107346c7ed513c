//go:build !purego

#include "textflag.h"
#include "matrix_rows_amd64.h"

// MULTIPLY adds the products of a value of a with 32 of b, in Z8 and Z9.
#define MULTIPLY(a, acc0, acc1) \
	VBROADCASTSS a, Z10; \
	VMULPS       Z8, Z10, Z11; \
	VMULPS       Z9, Z10, Z12; \
	VADDPS       Z11, acc0, acc0; \
	VADDPS       Z12, acc1, acc1

// func mulFloat32AVX512(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)
//
// A tile has 4 rows and 32 columns. Tiles follow one another down the rows, so
// that 32 columns of b stay in the first cache. DI and SI are where the columns
// begin in dst and b; BX and R15 are where a tile does in dst and a.
TEXT ·mulFloat32AVX512(SB), NOSPLIT, $0-120
	MOVQ dst_base+0(FP), DI
	MOVQ b_base+64(FP), SI
	MOVQ aStride+56(FP), R14
	MOVQ bStride+88(FP), R13
	MOVQ n+104(FP), DX
	SHLQ $2, R14
	SHLQ $2, R13

columns:
	// K1 and K2 select the columns that there are.
	MOVQ    columns+112(FP), CX
	MOVL    $32, BX
	CMPQ    CX, BX
	CMOVQGT BX, CX
	MOVQ    $-1, BX
	BZHIQ   CX, BX, BX
	KMOVW   BX, K1
	SHRL    $16, BX
	KMOVW   BX, K2
	MOVQ    a_base+32(FP), R15
	MOVQ    DI, BX
	MOVQ    rows+96(FP), CX

tile:
	FOUR_ROWS(R15, R14)
	MOVQ   SI, R12
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	VPXORD Z2, Z2, Z2
	VPXORD Z3, Z3, Z3
	VPXORD Z4, Z4, Z4
	VPXORD Z5, Z5, Z5
	VPXORD Z6, Z6, Z6
	VPXORD Z7, Z7, Z7
	XORL   AX, AX
	CMPQ   AX, DX
	JEQ    store

step:
	VMOVUPS.Z (R12), K1, Z8
	VMOVUPS.Z 64(R12), K2, Z9
	MULTIPLY((R8)(AX*4), Z0, Z1)
	MULTIPLY((R9)(AX*4), Z2, Z3)
	MULTIPLY((R10)(AX*4), Z4, Z5)
	MULTIPLY((R11)(AX*4), Z6, Z7)
	ADDQ      R13, R12
	INCQ      AX
	CMPQ      AX, DX
	JNE       step

store:
	MOVQ    dstStride+24(FP), AX
	SHLQ    $2, AX
	FOUR_ROWS(BX, AX)
	VMOVUPS Z0, K1, (R8)
	VMOVUPS Z1, K2, 64(R8)
	VMOVUPS Z2, K1, (R9)
	VMOVUPS Z3, K2, 64(R9)
	VMOVUPS Z4, K1, (R10)
	VMOVUPS Z5, K2, 64(R10)
	VMOVUPS Z6, K1, (R11)
	VMOVUPS Z7, K2, 64(R11)
	LEAQ    (BX)(AX*4), BX
	LEAQ    (R15)(R14*4), R15
	SUBQ    $4, CX
	JGT     tile

	ADDQ $128, SI
	ADDQ $128, DI
	SUBQ $32, columns+112(FP)
	JGT  columns
	VZEROUPPER
	RET
