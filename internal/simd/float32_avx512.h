// The body of the float32 kernels for AVX-512. The file that includes it
// defines SETUP, which loads the constants, and TERM(row, q, t), which sets t to
// the terms of 16 elements. Lanes 0 to 15 are in Z0, lanes 16 to 31 in Z1.

	MOVQ  dst_base+0(FP), DI
	MOVQ  dst_len+8(FP), CX
	MOVQ  query_base+24(FP), SI
	MOVQ  query_len+32(FP), DX
	MOVQ  rows_base+48(FP), R8
	TESTQ CX, CX
	JEQ   done
	SETUP

	// R10 is the length of the whole steps of 32 elements in bytes, R11 how
	// many elements are left, K1 and K2 select these. DX is the length of a row
	// in bytes.
	MOVQ  DX, R11
	ANDQ  $31, R11
	MOVL  $-1, BX
	BZHIL R11, BX, BX
	KMOVW BX, K1
	SHRL  $16, BX
	KMOVW BX, K2
	SHLQ  $2, DX
	MOVQ  DX, R10
	ANDQ  $~127, R10

row:
	VPXORD Z0, Z0, Z0
	VPXORD Z1, Z1, Z1
	XORL   AX, AX
	TESTQ  R10, R10
	JEQ    tail

step:
	VMOVUPS (SI)(AX*1), Z16
	VMOVUPS 64(SI)(AX*1), Z17
	TERM((R8)(AX*1), Z16, Z18)
	TERM(64(R8)(AX*1), Z17, Z19)
	VADDPS  Z18, Z0, Z0
	VADDPS  Z19, Z1, Z1
	ADDQ    $128, AX
	CMPQ    AX, R10
	JNE     step

tail:
	// A masked load reads zeros, without touching memory, where there is no
	// element. Their terms are +0, and adding +0 changes no lane, because a lane
	// is never -0.
	TESTQ     R11, R11
	JEQ       total
	VMOVUPS.Z (SI)(AX*1), K1, Z16
	VMOVUPS.Z 64(SI)(AX*1), K2, Z17
	VMOVUPS.Z (R8)(AX*1), K1, Z18
	VMOVUPS.Z 64(R8)(AX*1), K2, Z19
	TERM(Z18, Z16, Z18)
	TERM(Z19, Z17, Z19)
	VADDPS    Z18, Z0, Z0
	VADDPS    Z19, Z1, Z1

total:
	VADDPS        Z1, Z0, Z0
	VEXTRACTF64X4 $1, Z0, Y1
	VADDPS        Y1, Y0, Y0
	VEXTRACTF128  $1, Y0, X1
	VADDPS        X1, X0, X0
	VHADDPS       X0, X0, X0
	VHADDPS       X0, X0, X0
	VMOVSS        X0, (DI)
	ADDQ          $4, DI
	ADDQ          DX, R8
	DECQ          CX
	JNE           row

done:
	VZEROUPPER
	RET
