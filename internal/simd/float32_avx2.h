// The body of the float32 kernels for AVX2. The file that includes it defines
// SETUP, which loads the constants, and TERM(row, q, t), which sets t to the
// terms of 8 elements. The lanes are in Y0 to Y3.

	MOVQ  dst_base+0(FP), DI
	MOVQ  dst_len+8(FP), CX
	MOVQ  query_base+24(FP), SI
	MOVQ  query_len+32(FP), DX
	MOVQ  rows_base+48(FP), R8
	TESTQ CX, CX
	JEQ   done
	SETUP

	// R10 is the length of the whole steps of 32 elements in bytes, R11 how
	// many elements are left, Y4 to Y7 select these. DX is the length of a row
	// in bytes.
	MOVQ         DX, R11
	ANDQ         $31, R11
	VMOVD        R11, X8
	VPBROADCASTD X8, Y8
	VPMOVZXBD    lane<>+0(SB), Y4
	VPMOVZXBD    lane<>+8(SB), Y5
	VPMOVZXBD    lane<>+16(SB), Y6
	VPMOVZXBD    lane<>+24(SB), Y7
	VPCMPGTD     Y4, Y8, Y4
	VPCMPGTD     Y5, Y8, Y5
	VPCMPGTD     Y6, Y8, Y6
	VPCMPGTD     Y7, Y8, Y7
	SHLQ         $2, DX
	MOVQ         DX, R10
	ANDQ         $~127, R10

row:
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	XORL   AX, AX
	TESTQ  R10, R10
	JEQ    tail

step:
	VMOVUPS (SI)(AX*1), Y8
	VMOVUPS 32(SI)(AX*1), Y9
	VMOVUPS 64(SI)(AX*1), Y10
	VMOVUPS 96(SI)(AX*1), Y11
	TERM((R8)(AX*1), Y8, Y8)
	TERM(32(R8)(AX*1), Y9, Y9)
	TERM(64(R8)(AX*1), Y10, Y10)
	TERM(96(R8)(AX*1), Y11, Y11)
	VADDPS  Y8, Y0, Y0
	VADDPS  Y9, Y1, Y1
	VADDPS  Y10, Y2, Y2
	VADDPS  Y11, Y3, Y3
	ADDQ    $128, AX
	CMPQ    AX, R10
	JNE     step

tail:
	// A masked load reads zeros, without touching memory, where there is no
	// element. Their terms are +0, and adding +0 changes no lane, because a lane
	// is never -0.
	TESTQ      R11, R11
	JEQ        total
	VMASKMOVPS (SI)(AX*1), Y4, Y8
	VMASKMOVPS (R8)(AX*1), Y4, Y9
	TERM(Y9, Y8, Y8)
	VADDPS     Y8, Y0, Y0
	VMASKMOVPS 32(SI)(AX*1), Y5, Y8
	VMASKMOVPS 32(R8)(AX*1), Y5, Y9
	TERM(Y9, Y8, Y8)
	VADDPS     Y8, Y1, Y1
	VMASKMOVPS 64(SI)(AX*1), Y6, Y8
	VMASKMOVPS 64(R8)(AX*1), Y6, Y9
	TERM(Y9, Y8, Y8)
	VADDPS     Y8, Y2, Y2
	VMASKMOVPS 96(SI)(AX*1), Y7, Y8
	VMASKMOVPS 96(R8)(AX*1), Y7, Y9
	TERM(Y9, Y8, Y8)
	VADDPS     Y8, Y3, Y3

total:
	VADDPS       Y2, Y0, Y0
	VADDPS       Y3, Y1, Y1
	VADDPS       Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPS       X1, X0, X0
	VHADDPS      X0, X0, X0
	VHADDPS      X0, X0, X0
	VMOVSS       X0, (DI)
	ADDQ         $4, DI
	ADDQ         DX, R8
	DECQ         CX
	JNE          row

done:
	VZEROUPPER
	RET
