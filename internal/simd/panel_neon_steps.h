// The steps of panel_neon.h for one row of activations that do not depend on how
// products are added up.

#define BIAS(codes, scale, sum, v, a, s0, s1, s2, s3, y) \
	FMOVQ F16, (y)(R20); \
	FMOVQ F17, (y+16)(R20); \
	FMOVQ F18, (y+32)(R20); \
	FMOVQ F19, (y+48)(R20)

#define START(codes, scale, sum, v, a, s0, s1, s2, s3, y) \
	VZERO(s0); \
	VZERO(s1); \
	VZERO(s2); \
	VZERO(s3)

#define CODES(codes, scale, sum, v, a, s0, s1, s2, s3, y) \
	VLD1.P 16(codes), [v.B16]

// ADD_PRODUCTS leaves the row's scale in v. V16 to V19 have the panel's scales.
#define ADD_PRODUCTS(codes, scale, sum, v, a, s0, s1, s2, s3, y) \
	VLD1R.P 4(scale), [v.S4]; \
	ADD_PRODUCT(16, a, s0, y); \
	ADD_PRODUCT(17, a, s1, y+16); \
	ADD_PRODUCT(18, a, s2, y+32); \
	ADD_PRODUCT(19, a, s3, y+48)
#define ADD_PRODUCT(w, a, s, y) \
	FMOVQ (y)(R20), F28; \
	VSCVTF(s, s); \
	VFMUL(a, w, 29); \
	VFMUL(29, s, s); \
	VFADD(s, 28, 28); \
	FMOVQ F28, (y)(R20)

// V16 to V19 have the panel's minimums.
#define SUBTRACT(codes, scale, sum, v, a, s0, s1, s2, s3, y) \
	VLD1R.P 4(sum), [V30.S4]; \
	VSCVTF(30, 30); \
	VFMUL(30, a, 30); \
	MINIMUM(16, y); \
	MINIMUM(17, y+16); \
	MINIMUM(18, y+32); \
	MINIMUM(19, y+48)
#define MINIMUM(w, y) \
	FMOVQ (y)(R20), F28; \
	VFMUL(30, w, 29); \
	VFSUB(29, 28, 28); \
	FMOVQ F28, (y)(R20)

#define STORE(codes, scale, sum, v, a, s0, s1, s2, s3, y) \
	FMOVQ (y)(R20), F28; \
	FMOVQ (y+16)(R20), F29; \
	FMOVQ (y+32)(R20), F30; \
	FMOVQ (y+48)(R20), F31; \
	VST1 [V28.S4, V29.S4, V30.S4, V31.S4], (R0); \
	ADD R1, R0

#define EACH4(OP) \
	OP(R5, R9, R13, V20, 20, 0, 1, 2, 3, 0); \
	OP(R6, R10, R14, V21, 21, 4, 5, 6, 7, 64); \
	OP(R7, R11, R15, V22, 22, 8, 9, 10, 11, 128); \
	OP(R8, R12, R16, V23, 23, 12, 13, 14, 15, 192)

#define EACH1(OP) \
	OP(R5, R9, R13, V20, 20, 0, 1, 2, 3, 0)
