//go:build !purego

#include "textflag.h"
#include "neon.h"
#include "panel_neon_steps.h"

// Four codes of each row of the panel are in V16 to V19: four of the first row,
// four of the second and so on.

#define SETUP

#define DOT(i, a, s0, s1, s2, s3) \
	VSDOTI(a, i, 16, s0); \
	VSDOTI(a, i, 17, s1); \
	VSDOTI(a, i, 18, s2); \
	VSDOTI(a, i, 19, s3)
#define DOT0(codes, scale, sum, v, a, s0, s1, s2, s3, y) DOT(0, a, s0, s1, s2, s3)
#define DOT1(codes, scale, sum, v, a, s0, s1, s2, s3, y) DOT(1, a, s0, s1, s2, s3)
#define DOT2(codes, scale, sum, v, a, s0, s1, s2, s3, y) DOT(2, a, s0, s1, s2, s3)
#define DOT3(codes, scale, sum, v, a, s0, s1, s2, s3, y) DOT(3, a, s0, s1, s2, s3)

#define ROWS 4
#define EACH(OP) EACH4(OP)

// func mulPanel4NEONDot(c panelCall)
TEXT ·mulPanel4NEONDot(SB), 0, $256-224
#include "panel_neon.h"

#undef ROWS
#undef EACH
#define ROWS 1
#define EACH(OP) EACH1(OP)

// func mulPanel1NEONDot(c panelCall)
TEXT ·mulPanel1NEONDot(SB), 0, $256-224
#include "panel_neon.h"

// Without the dot product, each of V16 to V19 has the first two codes of four
// rows of the panel in its lower half, the other two in its upper half. V24 to V27
// count the row's codes that these are multiplied with: 0 1 0 1 0 1 0 1 2 3 2 3 2
// 3 2 3, and then 4 more each. A product of int8 is within 15 bits, as a row's
// codes are never -128, so that two of them fit 16 bits.

#undef SETUP
#define SETUP \
	MOVD $0x0100010001000100, R25; \
	VMOV R25, V24.D[0]; \
	MOVD $0x0302030203020302, R25; \
	VMOV R25, V24.D[1]; \
	VMOVI $4, V28.B16; \
	VADD V28.B16, V24.B16, V25.B16; \
	VADD V28.B16, V25.B16, V26.B16; \
	VADD V28.B16, V26.B16, V27.B16

#undef DOT
#define DOT(i, a, s0, s1, s2, s3) \
	VTBL1(i, a, 31); \
	VSMULL(31, 16, 28); \
	VSMULL(31, 17, 29); \
	VSMLAL2(31, 16, 28); \
	VSMLAL2(31, 17, 29); \
	VSADALP(28, s0); \
	VSADALP(29, s1); \
	VSMULL(31, 18, 28); \
	VSMULL(31, 19, 29); \
	VSMLAL2(31, 18, 28); \
	VSMLAL2(31, 19, 29); \
	VSADALP(28, s2); \
	VSADALP(29, s3)
#undef DOT0
#undef DOT1
#undef DOT2
#undef DOT3
#define DOT0(codes, scale, sum, v, a, s0, s1, s2, s3, y) DOT(24, a, s0, s1, s2, s3)
#define DOT1(codes, scale, sum, v, a, s0, s1, s2, s3, y) DOT(25, a, s0, s1, s2, s3)
#define DOT2(codes, scale, sum, v, a, s0, s1, s2, s3, y) DOT(26, a, s0, s1, s2, s3)
#define DOT3(codes, scale, sum, v, a, s0, s1, s2, s3, y) DOT(27, a, s0, s1, s2, s3)

#undef ROWS
#undef EACH
#define ROWS 4
#define EACH(OP) EACH4(OP)

// func mulPanel4NEON(c panelCall)
TEXT ·mulPanel4NEON(SB), 0, $256-224
#include "panel_neon.h"

#undef ROWS
#undef EACH
#define ROWS 1
#define EACH(OP) EACH1(OP)

// func mulPanel1NEON(c panelCall)
TEXT ·mulPanel1NEON(SB), 0, $256-224
#include "panel_neon.h"
