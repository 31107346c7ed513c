//go:build !purego

#include "textflag.h"

// The steps of panel_avx2.h for one row of activations.

#define BIAS(codes, scale, sum, acc0, acc1, y) \
	VMOVUPS Y13, y(SP); \
	VMOVUPS Y14, y+32(SP)

#define START(codes, scale, sum, acc0, acc1, y) \
	VPXOR acc0, acc0, acc0; \
	VPXOR acc1, acc1, acc1

// VPMADDUBSW multiplies unsigned with signed bytes and adds two products up to
// 16 bits. So a weight gives its sign to the activation, which can take it: it is
// never -128. A weight of 128 without sign is within the unsigned bytes, and two
// products of 128×127 are within 16 bits.
#define DOT(codes, scale, sum, acc0, acc1, y) \
	VPBROADCASTD codes, Y13; \
	VPSIGNB      Y8, Y13, Y14; \
	VPSIGNB      Y9, Y13, Y15; \
	VPMADDUBSW   Y14, Y10, Y14; \
	VPMADDUBSW   Y15, Y11, Y15; \
	VPMADDWD     Y12, Y14, Y14; \
	VPMADDWD     Y12, Y15, Y15; \
	VPADDD       Y14, acc0, acc0; \
	VPADDD       Y15, acc1, acc1

// Y8 and Y9 have the panel's scales.
#define ADD_PRODUCTS(codes, scale, sum, acc0, acc1, y) \
	VBROADCASTSS scale, Y13; \
	VMULPS       Y8, Y13, Y14; \
	VMULPS       Y9, Y13, Y15; \
	VCVTDQ2PS    acc0, acc0; \
	VCVTDQ2PS    acc1, acc1; \
	VMULPS       acc0, Y14, Y14; \
	VMULPS       acc1, Y15, Y15; \
	VADDPS       y(SP), Y14, Y14; \
	VADDPS       y+32(SP), Y15, Y15; \
	VMOVUPS      Y14, y(SP); \
	VMOVUPS      Y15, y+32(SP)

// Y8 and Y9 have the panel's minimums.
#define SUBTRACT(codes, scale, sum, acc0, acc1, y) \
	VPBROADCASTD sum, Y13; \
	VCVTDQ2PS    Y13, Y13; \
	VBROADCASTSS scale, Y14; \
	VMULPS       Y13, Y14, Y13; \
	VMULPS       Y8, Y13, Y10; \
	VMULPS       Y9, Y13, Y11; \
	VMOVUPS      y(SP), Y14; \
	VMOVUPS      y+32(SP), Y15; \
	VSUBPS       Y10, Y14, Y14; \
	VSUBPS       Y11, Y15, Y15; \
	VMOVUPS      Y14, y(SP); \
	VMOVUPS      Y15, y+32(SP)

#define STORE(codes, scale, sum, acc0, acc1, y) \
	VMOVUPS y(SP), Y14; \
	VMOVUPS y+32(SP), Y15; \
	VMOVUPS Y14, (DI); \
	VMOVUPS Y15, 32(DI); \
	ADDQ    CX, DI

#define ROWS 4
#define EACH(OP) \
	OP((R8), (R10), (R12), Y0, Y1, 0); \
	OP((R8)(AX*1), (R10)(BX*1), (R12)(BX*1), Y2, Y3, 64); \
	OP((R8)(AX*2), (R10)(BX*2), (R12)(BX*2), Y4, Y5, 128); \
	OP((R9), (R11), (R13), Y6, Y7, 192)

// func mulPanel4AVX2(c panelCall)
TEXT ·mulPanel4AVX2(SB), 0, $256-224
#include "panel_avx2.h"

#undef ROWS
#undef EACH
#define ROWS 1
#define EACH(OP) \
	OP((R8), (R10), (R12), Y0, Y1, 0)

// func mulPanel1AVX2(c panelCall)
TEXT ·mulPanel1AVX2(SB), 0, $256-224
#include "panel_avx2.h"
