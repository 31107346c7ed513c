//go:build !purego

#include "textflag.h"

// func dotInt8AVX512(dst []int32, query, rows []int8)
//
// VPDPBUSD multiplies unsigned with signed bytes. Flipping the top bit of a row's
// bytes adds 128 to each and makes them unsigned, so the sums start at
// -128×Σquery, which is in Z17.
TEXT ·dotInt8AVX512(SB), NOSPLIT, $0-72
	MOVQ  dst_base+0(FP), DI
	MOVQ  dst_len+8(FP), CX
	MOVQ  query_base+24(FP), SI
	MOVQ  query_len+32(FP), DX
	MOVQ  rows_base+48(FP), R8
	TESTQ CX, CX
	JEQ   done

	// R10 is the length of the whole steps of 64 elements, R11 how many elements
	// are left, K1 selects these.
	MOVQ  DX, R11
	ANDQ  $63, R11
	MOVQ  $-1, BX
	BZHIQ R11, BX, BX
	KMOVQ BX, K1
	MOVQ  DX, R10
	ANDQ  $~63, R10

	MOVL         $0x80808080, BX
	VPBROADCASTD BX, Z16
	VPXORD       Z17, Z17, Z17
	VPXORD       Z18, Z18, Z18
	XORL         AX, AX
	TESTQ        R10, R10
	JEQ          queryTail

queryStep:
	VPDPBUSD (SI)(AX*1), Z16, Z18
	ADDQ     $64, AX
	CMPQ     AX, R10
	JNE      queryStep

queryTail:
	VMOVDQU8.Z (SI)(AX*1), K1, Z2
	VPDPBUSD   Z2, Z16, Z18
	VPSUBD     Z18, Z17, Z17

row:
	VMOVDQA32 Z17, Z0
	XORL      AX, AX
	TESTQ     R10, R10
	JEQ       tail

step:
	VPXORD   (R8)(AX*1), Z16, Z1
	VPDPBUSD (SI)(AX*1), Z1, Z0
	ADDQ     $64, AX
	CMPQ     AX, R10
	JNE      step

tail:
	// A masked load reads zeros, without touching memory, where there is no
	// element. Zeros of the query make those of the row count for nothing.
	TESTQ      R11, R11
	JEQ        total
	VMOVDQU8.Z (SI)(AX*1), K1, Z2
	VMOVDQU8.Z (R8)(AX*1), K1, Z1
	VPXORD     Z16, Z1, Z1
	VPDPBUSD   Z2, Z1, Z0

total:
	VEXTRACTI64X4 $1, Z0, Y1
	VPADDD        Y1, Y0, Y0
	VEXTRACTI128  $1, Y0, X1
	VPADDD        X1, X0, X0
	VPHADDD       X0, X0, X0
	VPHADDD       X0, X0, X0
	VMOVD         X0, (DI)
	ADDQ          $4, DI
	ADDQ          DX, R8
	DECQ          CX
	JNE           row

done:
	VZEROUPPER
	RET
