// What the kernels of Softmax, GELU and NormaliseLayer for NEON share.

#include "neon.h"
#include "layer_constants.h"

// Each step of these kernels takes 16 values, in four registers: what is done to
// one after the other keeps the CPU busy while a result is awaited. NEON has no
// masked load: what is left at the end of a row goes through 16 values on the
// stack.

// FOUR does OP(constant, a, d) for registers a to a+3 and d to d+3.
#define FOUR(OP, c, a, d) \
	OP(c, a, d); \
	OP(c, a+1, d+1); \
	OP(c, a+2, d+2); \
	OP(c, a+3, d+3)

// PAIRS does OP(a, b, d) for registers a to a+3, b to b+3 and d to d+3.
#define PAIRS(OP, a, b, d) \
	OP(a, b, d); \
	OP(a+1, b+1, d+1); \
	OP(a+2, b+2, d+2); \
	OP(a+3, b+3, d+3)

// What FOUR does without a constant; COPY sets d to c.
#define SHIFT(c, n, d) VSHL23(n, d)
#define ABS(c, n, d) VFABS(n, d)
#define COPY(c, n, d) VCOPY(c, d)

// CONSTANTS loads what EXP needs: V16 to V19 are expLog2E, expMagic, expHigh and
// expLow, V20 to V24 exp4 to exp0.
#define CONSTANTS \
	MOVD $expLog2E, R8; \
	VLD1R.P 4(R8), [V16.S4]; \
	VLD1R.P 4(R8), [V17.S4]; \
	VLD1R.P 4(R8), [V18.S4]; \
	VLD1R.P 4(R8), [V19.S4]; \
	VLD1R.P 4(R8), [V20.S4]; \
	VLD1R.P 4(R8), [V21.S4]; \
	VLD1R.P 4(R8), [V22.S4]; \
	VLD1R.P 4(R8), [V23.S4]; \
	VLD1R.P 4(R8), [V24.S4]

// EXP replaces V0 to V3 by e^x as exp does, with V4 to V15 and V25. POWERS may
// change the powers of two in V4 to V7, with what SOFTMAX left in V12 to V15.
#define EXP(POWERS) \
	FOUR(VFMUL, 16, 0, 4); \
	FOUR(VFADD, 17, 4, 4); \
	FOUR(VFSUB, 17, 4, 8); \
	FOUR(SHIFT, 0, 4, 4); \
	POWERS; \
	FOUR(VFMUL, 18, 8, 12); \
	PAIRS(VFSUB, 12, 0, 0); \
	FOUR(VFMUL, 19, 8, 8); \
	PAIRS(VFSUB, 8, 0, 0); \
	PAIRS(VFMUL, 0, 0, 8); \
	FOUR(VFMUL, 21, 0, 12); \
	FOUR(VFADD, 22, 12, 12); \
	FOUR(ADD_TERM, 20, 8, 12); \
	PAIRS(VFMUL, 8, 12, 12); \
	FOUR(ADD_LINE, 0, 0, 12); \
	PAIRS(VFMUL, 8, 12, 12); \
	PAIRS(VFADD, 0, 12, 12); \
	VONE(25); \
	FOUR(VFADD, 25, 12, 12); \
	PAIRS(VFMUL, 4, 12, 0)

// ADD_TERM adds a times c to d, ADD_LINE a times exp1 plus exp0.
#define ADD_TERM(c, a, d) \
	VFMUL(c, a, 25); \
	VFADD(25, d, d)
#define ADD_LINE(c, a, d) \
	VFMUL(23, a, 25); \
	VFADD(24, 25, 25); \
	VFADD(25, d, d)

// TOTAL adds up the lanes of V26 to V29; the sum is in F26.
#define TOTAL \
	VFADD(28, 26, 26); \
	VFADD(29, 27, 27); \
	VFADD(27, 26, 26); \
	VFADDP(26, 26, 26); \
	VFADDP(26, 26, 26)

#define CLEAR_SUMS \
	VZERO(26); \
	VZERO(27); \
	VZERO(28); \
	VZERO(29)

// FILL sets the 16 values at R5 to V0 to V3, MOVE copies R9 values, of which there
// is one at least; it moves from and to.
#define FILL \
	VST1 [V0.S4, V1.S4, V2.S4, V3.S4], (R5)
#define MOVE(label, from, to) \
label: \
	MOVWU.P 4(from), R12; \
	MOVW.P  R12, 4(to); \
	SUB     $1, R9; \
	CBNZ    R9, label
