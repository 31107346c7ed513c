//go:build !purego

#include "textflag.h"
#include "neon.h"

#define PRODUCTS(row, q, sum) \
	VSDOT(row, q, sum)

// func dotInt8NEONDot(dst []int32, query, rows []int8)
TEXT ·dotInt8NEONDot(SB), NOSPLIT, $0-72
#include "int8_neon.h"

// Two products of -128 do not fit an int16, so products are added up as int32.
#undef PRODUCTS
#define PRODUCTS(row, q, sum) \
	VSMULL(row, q, 28); \
	VSMULL2(row, q, 29); \
	VSADALP(28, sum); \
	VSADALP(29, sum)

// func dotInt8NEON(dst []int32, query, rows []int8)
TEXT ·dotInt8NEON(SB), NOSPLIT, $0-72
#include "int8_neon.h"
