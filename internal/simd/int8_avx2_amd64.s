//go:build !purego

#include "textflag.h"

// func dotInt8AVX2(dst []int32, query, rows []int8)
//
// Bytes are widened to 16 bits before they are multiplied: VPMADDUBSW, which
// would take the bytes, saturates at two products of -128.
TEXT ·dotInt8AVX2(SB), NOSPLIT, $0-72
	MOVQ  dst_base+0(FP), DI
	MOVQ  dst_len+8(FP), CX
	MOVQ  query_base+24(FP), SI
	MOVQ  query_len+32(FP), DX
	MOVQ  rows_base+48(FP), R8
	TESTQ CX, CX
	JEQ   done

	// R10 is the length of the whole steps of 32 elements.
	MOVQ DX, R10
	ANDQ $~31, R10

row:
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	XORL  AX, AX
	TESTQ R10, R10
	JEQ   total

step:
	VPMOVSXBW (SI)(AX*1), Y2
	VPMOVSXBW 16(SI)(AX*1), Y3
	VPMOVSXBW (R8)(AX*1), Y4
	VPMOVSXBW 16(R8)(AX*1), Y5
	VPMADDWD  Y2, Y4, Y4
	VPMADDWD  Y3, Y5, Y5
	VPADDD    Y4, Y0, Y0
	VPADDD    Y5, Y1, Y1
	ADDQ      $32, AX
	CMPQ      AX, R10
	JNE       step

total:
	VPADDD       Y1, Y0, Y0
	VEXTRACTI128 $1, Y0, X1
	VPADDD       X1, X0, X0
	VPHADDD      X0, X0, X0
	VPHADDD      X0, X0, X0
	VMOVD        X0, R11
	CMPQ         AX, DX
	JEQ          store

rest:
	MOVBLSX (SI)(AX*1), R12
	MOVBLSX (R8)(AX*1), R13
	IMULL   R12, R13
	ADDL    R13, R11
	INCQ    AX
	CMPQ    AX, DX
	JNE     rest

store:
	MOVL R11, (DI)
	ADDQ $4, DI
	ADDQ DX, R8
	DECQ CX
	JNE  row

done:
	VZEROUPPER
	RET
