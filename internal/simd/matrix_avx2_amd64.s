//go:build !purego

#include "textflag.h"
#include "matrix_rows_amd64.h"
#include "masks_avx2.h"

// MULTIPLY adds the products of a value of a with 16 of b, in Y8 and Y9.
#define MULTIPLY(a, acc0, acc1) \
	VBROADCASTSS a, Y10; \
	VMULPS       Y8, Y10, Y11; \
	VMULPS       Y9, Y10, Y10; \
	VADDPS       Y11, acc0, acc0; \
	VADDPS       Y10, acc1, acc1

// func mulFloat32AVX2(dst []float32, dstStride int, a []float32, aStride int, b []float32, bStride int, rows, n, columns int)
//
// A tile has 4 rows and 16 columns, otherwise it is as for AVX-512.
TEXT ·mulFloat32AVX2(SB), NOSPLIT, $0-120
	MOVQ dst_base+0(FP), DI
	MOVQ b_base+64(FP), SI
	MOVQ aStride+56(FP), R14
	MOVQ bStride+88(FP), R13
	MOVQ n+104(FP), DX
	SHLQ $2, R14
	SHLQ $2, R13

columns:
	MOVQ    columns+112(FP), CX
	MOVL    $16, BX
	CMPQ    CX, BX
	CMOVQGT BX, CX
	MASKS(CX)
	MOVQ    a_base+32(FP), R15
	MOVQ    DI, BX
	MOVQ    rows+96(FP), CX

tile:
	FOUR_ROWS(R15, R14)
	MOVQ   SI, R12
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	VXORPS Y4, Y4, Y4
	VXORPS Y5, Y5, Y5
	VXORPS Y6, Y6, Y6
	VXORPS Y7, Y7, Y7
	XORL   AX, AX
	CMPQ   AX, DX
	JEQ    store

step:
	LOAD_SOME(0(R12), Y8, Y9)
	MULTIPLY((R8)(AX*4), Y0, Y1)
	MULTIPLY((R9)(AX*4), Y2, Y3)
	MULTIPLY((R10)(AX*4), Y4, Y5)
	MULTIPLY((R11)(AX*4), Y6, Y7)
	ADDQ R13, R12
	INCQ AX
	CMPQ AX, DX
	JNE  step

store:
	// Masked stores are slow on some CPUs.
	MOVQ dstStride+24(FP), AX
	SHLQ $2, AX
	FOUR_ROWS(BX, AX)
	CMPQ columns+112(FP), $16
	JLT  some
	STORE(Y0, Y1, 0(R8))
	STORE(Y2, Y3, 0(R9))
	STORE(Y4, Y5, 0(R10))
	STORE(Y6, Y7, 0(R11))
	JMP  next

some:
	STORE_SOME(Y0, Y1, 0(R8))
	STORE_SOME(Y2, Y3, 0(R9))
	STORE_SOME(Y4, Y5, 0(R10))
	STORE_SOME(Y6, Y7, 0(R11))

next:
	LEAQ (BX)(AX*4), BX
	LEAQ (R15)(R14*4), R15
	SUBQ $4, CX
	JGT  tile

	ADDQ $64, SI
	ADDQ $64, DI
	SUBQ $16, columns+112(FP)
	JGT  columns
	VZEROUPPER
	RET
