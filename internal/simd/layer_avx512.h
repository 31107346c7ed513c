// What the kernels of Softmax, GELU and NormaliseLayer for AVX-512 share.

#include "layer_constants.h"

// EXP_CONSTANTS loads what EXP needs into Z16 to Z25.
#define EXP_CONSTANTS \
	VBROADCASTSS expLog2E, Z16; \
	VBROADCASTSS expMagic, Z17; \
	VBROADCASTSS expHigh, Z18; \
	VBROADCASTSS expLow, Z19; \
	VBROADCASTSS exp4, Z20; \
	VBROADCASTSS exp3, Z21; \
	VBROADCASTSS exp2, Z22; \
	VBROADCASTSS exp1, Z23; \
	VBROADCASTSS exp0, Z24; \
	VBROADCASTSS one, Z25

// EXP replaces x by e^x as exp does. t, n, p and q are for its use.
#define EXP(x, t, n, p, q) \
	VMULPS Z16, x, t; \
	VADDPS Z17, t, t; \
	VSUBPS Z17, t, n; \
	VPSLLD $23, t, t; \
	VMULPS Z18, n, p; \
	VSUBPS p, x, x; \
	VMULPS Z19, n, n; \
	VSUBPS n, x, x; \
	VMULPS x, x, n; \
	VMULPS Z21, x, p; \
	VADDPS Z22, p, p; \
	VMULPS Z20, n, q; \
	VADDPS q, p, p; \
	VMULPS n, p, p; \
	VMULPS Z23, x, q; \
	VADDPS Z24, q, q; \
	VADDPS q, p, p; \
	VMULPS n, p, p; \
	VADDPS x, p, p; \
	VADDPS Z25, p, p; \
	VMULPS t, p, x

// MASKS lets K1 and K2 select the next 32 values, or as many as DX says are left.
#define MASKS \
	MOVL    $32, BX; \
	CMPQ    DX, BX; \
	CMOVQLT DX, BX; \
	MOVQ    $-1, R9; \
	BZHIQ   BX, R9, R9; \
	KMOVW   R9, K1; \
	SHRL    $16, R9; \
	KMOVW   R9, K2

// TOTAL adds up the lanes of Z0; the sum is in X0.
#define TOTAL \
	VEXTRACTF64X4 $1, Z0, Y1; \
	VADDPS        Y1, Y0, Y0; \
	VEXTRACTF128  $1, Y0, X1; \
	VADDPS        X1, X0, X0; \
	VHADDPS       X0, X0, X0; \
	VHADDPS       X0, X0, X0
