//go:build !purego

#include "textflag.h"

// The steps of panel_avx512.h for one row of activations.

// The panel's codes are unsigned, 128 too great, so the sums of products start at
// -128×Σ codes. Z22 is -128.
#define START(codes, scale, sum, acc, y) \
	VPMULLD.BCST sum, Z22, acc

// Four codes of each row of the panel are in each of Z16 to Z19.
#define DOT0(codes, scale, sum, acc, y) \
	VPDPBUSD.BCST 0 codes, Z16, acc
#define DOT1(codes, scale, sum, acc, y) \
	VPDPBUSD.BCST 4 codes, Z17, acc
#define DOT2(codes, scale, sum, acc, y) \
	VPDPBUSD.BCST 8 codes, Z18, acc
#define DOT3(codes, scale, sum, acc, y) \
	VPDPBUSD.BCST 12 codes, Z19, acc

// DOT takes 16 codes of each row. Weights that are in no near cache are fetched a
// page ahead, which the CPU does not do by itself: for few rows of activations,
// whose panels come from memory, that is a quarter faster.
#define DOT \
	VMOVDQU32 (SI), Z16; \
	VMOVDQU32 64(SI), Z17; \
	VMOVDQU32 128(SI), Z18; \
	VMOVDQU32 192(SI), Z19; \
	PREFETCHT0 4096(SI); \
	PREFETCHT0 4160(SI); \
	PREFETCHT0 4224(SI); \
	PREFETCHT0 4288(SI); \
	EACH(DOT0); \
	EACH(DOT1); \
	EACH(DOT2); \
	EACH(DOT3); \
	ADDQ $256, SI; \
	ADDQ $16, R8; \
	ADDQ $16, R9; \
	ADDQ $16, R10

// Z20 has the panel's scales, Z21 the minimums.
#define ADD_PRODUCTS(codes, scale, sum, acc, y) \
	VMULPS.BCST scale, Z20, Z24; \
	VCVTDQ2PS acc, acc; \
	VMULPS acc, Z24, Z24; \
	VADDPS Z24, y, y
#define SUBTRACT(codes, scale, sum, acc, y) \
	VCVTDQ2PS.BCST sum, Z24; \
	VMULPS.BCST scale, Z24, Z24; \
	VMULPS Z21, Z24, Z24; \
	VSUBPS Z24, y, y

#define BIAS(codes, scale, sum, acc, y) \
	VMOVAPS Z16, y
#define STORE(codes, scale, sum, acc, y) \
	VMOVUPS y, (DI); \
	ADDQ CX, DI

#define ROWS 8
#define EACH(OP) \
	OP((R8), (R11), (R14), Z0, Z8); \
	OP((R8)(AX*1), (R11)(BX*1), (R14)(BX*1), Z1, Z9); \
	OP((R8)(AX*2), (R11)(BX*2), (R14)(BX*2), Z2, Z10); \
	OP((R9), (R12), (R15), Z3, Z11); \
	OP((R9)(AX*1), (R12)(BX*1), (R15)(BX*1), Z4, Z12); \
	OP((R9)(AX*2), (R12)(BX*2), (R15)(BX*2), Z5, Z13); \
	OP((R10), (R13), (BP), Z6, Z14); \
	OP((R10)(AX*1), (R13)(BX*1), (BP)(BX*1), Z7, Z15)

// func mulPanel8AVX512(c panelCall)
TEXT ·mulPanel8AVX512(SB), NOSPLIT, $8-224
#include "panel_avx512.h"

#undef ROWS
#undef EACH
#define ROWS 4
#define EACH(OP) \
	OP((R8), (R11), (R14), Z0, Z8); \
	OP((R8)(AX*1), (R11)(BX*1), (R14)(BX*1), Z1, Z9); \
	OP((R8)(AX*2), (R11)(BX*2), (R14)(BX*2), Z2, Z10); \
	OP((R9), (R12), (R15), Z3, Z11)

// func mulPanel4AVX512(c panelCall)
TEXT ·mulPanel4AVX512(SB), NOSPLIT, $8-224
#include "panel_avx512.h"

#undef ROWS
#undef EACH
#define ROWS 1
#define EACH(OP) \
	OP((R8), (R11), (R14), Z0, Z8)

// func mulPanel1AVX512(c panelCall)
TEXT ·mulPanel1AVX512(SB), NOSPLIT, $8-224
#include "panel_avx512.h"
