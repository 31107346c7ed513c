// The body of the int8 kernels for NEON. The file that includes it defines
// PRODUCTS(row, q, sum), which adds 16 products to the four sums of a register.
// The sums are in V0 to V3.

	MOVD dst_base+0(FP), R0
	MOVD dst_len+8(FP), R1
	MOVD query_base+24(FP), R2
	MOVD query_len+32(FP), R3
	MOVD rows_base+48(FP), R4
	CBZ  R1, done

	// R5, R6 and R7 are how many steps of 64, 16 and one element a row has.
	LSR  $6, R3, R5
	UBFX $4, R3, $2, R6
	AND  $15, R3, R7

row:
	// R10 and R4 run over the query and the row.
	MOVD R2, R10
	MOVD R5, R13
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	CBZ  R13, sixteens

step:
	VLD1.P 64(R10), [V16.B16, V17.B16, V18.B16, V19.B16]
	VLD1.P 64(R4), [V20.B16, V21.B16, V22.B16, V23.B16]
	PRODUCTS(20, 16, 0)
	PRODUCTS(21, 17, 1)
	PRODUCTS(22, 18, 2)
	PRODUCTS(23, 19, 3)
	SUB    $1, R13
	CBNZ   R13, step

sixteens:
	MOVD R6, R13
	CBZ  R13, total

sixteen:
	VLD1.P 16(R10), [V16.B16]
	VLD1.P 16(R4), [V20.B16]
	PRODUCTS(20, 16, 0)
	SUB    $1, R13
	CBNZ   R13, sixteen

total:
	VADD  V1.S4, V0.S4, V0.S4
	VADD  V3.S4, V2.S4, V2.S4
	VADD  V2.S4, V0.S4, V0.S4
	VADDV V0.S4, V0
	VMOV  V0.S[0], R8
	MOVD  R7, R13
	CBZ   R13, store

rest:
	MOVB.P 1(R10), R11
	MOVB.P 1(R4), R12
	MADDW  R11, R8, R12, R8
	SUB    $1, R13
	CBNZ   R13, rest

store:
	MOVW.P R8, 4(R0)
	SUB    $1, R1
	CBNZ   R1, row

done:
	RET
