// The body of the float32 kernels for NEON. The file that includes it defines
// TERM(row, q, t), which sets t to the terms of 4 elements. The lanes are in V0
// to V7.

	MOVD dst_base+0(FP), R0
	MOVD dst_len+8(FP), R1
	MOVD query_base+24(FP), R2
	MOVD query_len+32(FP), R3
	MOVD rows_base+48(FP), R4
	CBZ  R1, done

	// R5 is the number of whole steps of 32 elements, R6 how many elements are
	// left.
	LSR $5, R3, R5
	AND $31, R3, R6
	CBZ R6, row

	// NEON has no masked load. What is left of the query and of the row is copied
	// into two buffers of 32 elements, whose other elements stay zero. Their
	// terms are +0, and adding +0 changes no lane, because a lane is never -0. R7
	// is the query's buffer, R8 the row's.
	MOVD   $query-256(SP), R7
	MOVD   $row-128(SP), R8
	MOVD   R7, R12
	VEOR   V16.B16, V16.B16, V16.B16
	VEOR   V17.B16, V17.B16, V17.B16
	VEOR   V18.B16, V18.B16, V18.B16
	VEOR   V19.B16, V19.B16, V19.B16
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R12)
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R12)
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R12)
	VST1.P [V16.S4, V17.S4, V18.S4, V19.S4], 64(R12)
	ADD    R5<<7, R2, R10
	MOVD   R7, R12
	MOVD   R6, R13

copyQuery:
	MOVWU.P 4(R10), R14
	MOVW.P  R14, 4(R12)
	SUB     $1, R13
	CBNZ    R13, copyQuery

row:
	// R10 and R4 run over the query and the row.
	MOVD R2, R10
	MOVD R5, R13
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	VEOR V4.B16, V4.B16, V4.B16
	VEOR V5.B16, V5.B16, V5.B16
	VEOR V6.B16, V6.B16, V6.B16
	VEOR V7.B16, V7.B16, V7.B16
	CBZ  R13, tail

step:
	STEP(R10, R4)
	SUB  $1, R13
	CBNZ R13, step

tail:
	CBZ  R6, total
	MOVD R8, R12
	MOVD R6, R13

copyRow:
	MOVWU.P 4(R4), R14
	MOVW.P  R14, 4(R12)
	SUB     $1, R13
	CBNZ    R13, copyRow
	MOVD    R7, R10
	MOVD    R8, R12
	STEP(R10, R12)

total:
	VFADD(4, 0, 0)
	VFADD(5, 1, 1)
	VFADD(6, 2, 2)
	VFADD(7, 3, 3)
	VFADD(2, 0, 0)
	VFADD(3, 1, 1)
	VFADD(1, 0, 0)
	VFADDP(0, 0, 0)
	VFADDP(0, 0, 0)
	FMOVS.P F0, 4(R0)
	SUB     $1, R1
	CBNZ    R1, row

done:
	RET
