// What the kernels of Softmax, GELU and NormaliseLayer for AVX2 share.

#include "layer_constants.h"
#include "masks_avx2.h"

// Each step of these kernels takes 16 values, in two registers: what is done to
// one and then to the other keeps the CPU busy while a result is awaited.

// LINE sets v0 and v1 to x0 and x1 times slope plus constant, which it leaves in
// Y15.
#define LINE(x0, x1, slope, constant, v0, v1) \
	VBROADCASTSS slope, Y15; \
	VMULPS       Y15, x0, v0; \
	VMULPS       Y15, x1, v1; \
	VBROADCASTSS constant, Y15; \
	VADDPS       Y15, v0, v0; \
	VADDPS       Y15, v1, v1

// MULTIPLY_ADD sets v0 and v1 to themselves times x0 and x1 plus d0 and d1.
#define MULTIPLY_ADD(x0, x1, d0, d1, v0, v1) \
	VMULPS x0, v0, v0; \
	VMULPS x1, v1, v1; \
	VADDPS d0, v0, v0; \
	VADDPS d1, v1, v1

// ADD_TERMS adds x0 and x1 times factor to v0 and v1.
#define ADD_TERMS(x0, x1, factor, v0, v1) \
	VBROADCASTSS factor, Y15; \
	VMULPS       Y15, x0, Y14; \
	VADDPS       Y14, v0, v0; \
	VMULPS       Y15, x1, Y15; \
	VADDPS       Y15, v1, v1

// ADD_LINE adds x times slope plus constant to v.
#define ADD_LINE(x, slope, constant, v) \
	VBROADCASTSS slope, Y14; \
	VBROADCASTSS constant, Y15; \
	VMULPS       Y14, x, Y14; \
	VADDPS       Y15, Y14, Y14; \
	VADDPS       Y14, v, v

// EXP replaces x by e^x as exp does. It uses Y4 to Y9, Y14 and Y15.
#define EXP(x0, x1) \
	LINE(x0, x1, expLog2E, expMagic, Y4, Y5); \
	VSUBPS       Y15, Y4, Y6; \
	VSUBPS       Y15, Y5, Y7; \
	VPSLLD       $23, Y4, Y4; \
	VPSLLD       $23, Y5, Y5; \
	VBROADCASTSS expHigh, Y15; \
	VMULPS       Y15, Y6, Y8; \
	VMULPS       Y15, Y7, Y9; \
	VSUBPS       Y8, x0, x0; \
	VSUBPS       Y9, x1, x1; \
	VBROADCASTSS expLow, Y15; \
	VMULPS       Y15, Y6, Y6; \
	VMULPS       Y15, Y7, Y7; \
	VSUBPS       Y6, x0, x0; \
	VSUBPS       Y7, x1, x1; \
	VMULPS       x0, x0, Y6; \
	VMULPS       x1, x1, Y7; \
	LINE(x0, x1, exp3, exp2, Y8, Y9); \
	ADD_TERMS(Y6, Y7, exp4, Y8, Y9); \
	VMULPS       Y6, Y8, Y8; \
	VMULPS       Y7, Y9, Y9; \
	ADD_LINE(x0, exp1, exp0, Y8); \
	ADD_LINE(x1, exp1, exp0, Y9); \
	MULTIPLY_ADD(Y6, Y7, x0, x1, Y8, Y9); \
	VBROADCASTSS one, Y15; \
	VADDPS       Y15, Y8, Y8; \
	VADDPS       Y15, Y9, Y9; \
	VMULPS       Y4, Y8, x0; \
	VMULPS       Y5, Y9, x1

// TOTAL adds up the lanes of Y0 and Y1; the sum is in X0.
#define TOTAL \
	VADDPS       Y1, Y0, Y0; \
	VEXTRACTF128 $1, Y0, X1; \
	VADDPS       X1, X0, X0; \
	VHADDPS      X0, X0, X0; \
	VHADDPS      X0, X0, X0
