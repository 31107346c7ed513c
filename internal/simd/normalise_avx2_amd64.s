//go:build !purego

#include "textflag.h"
#include "layer_avx2.h"

// func normaliseLayerAVX2(x, y, weight, bias []float32, epsilon float32)
TEXT ·normaliseLayerAVX2(SB), NOSPLIT, $0-100
	MOVQ       x_base+0(FP), DI
	MOVQ       x_len+8(FP), CX
	MOVQ       y_base+24(FP), R8
	MOVQ       weight_base+48(FP), R11
	MOVQ       bias_base+72(FP), R12
	MOVQ       weight_len+56(FP), R13
	MOVQ       R13, AX
	ANDQ       $15, AX
	MASKS(AX)
	VXORPS     X8, X8, X8
	VCVTSI2SSQ R13, X8, X8
	VMOVSS     one, X9
	VMOVSS     epsilon+96(FP), X10

row:
	SUBQ   R13, CX
	JLT    done
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	XORL   AX, AX
	MOVQ   R13, DX
	SUBQ   $16, DX
	JLT    sumSome

sum:
	LOAD(0(DI)(AX*1), Y2, Y3)
	TESTQ  R8, R8
	JEQ    alone
	VADDPS (R8)(AX*1), Y2, Y2
	VADDPS 32(R8)(AX*1), Y3, Y3
	STORE(Y2, Y3, 0(DI)(AX*1))

alone:
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1
	ADDQ   $64, AX
	SUBQ   $16, DX
	JGE    sum

sumSome:
	ADDQ   $16, DX
	JEQ    mean
	LOAD_SOME(0(DI)(AX*1), Y2, Y3)
	TESTQ  R8, R8
	JEQ    someAlone
	LOAD_SOME(0(R8)(AX*1), Y4, Y5)
	VADDPS Y4, Y2, Y2
	VADDPS Y5, Y3, Y3
	STORE_SOME(Y2, Y3, 0(DI)(AX*1))

someAlone:
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1

mean:
	TOTAL
	VDIVSS       X8, X0, X0
	VBROADCASTSS X0, Y15
	VXORPS       Y0, Y0, Y0
	VXORPS       Y1, Y1, Y1
	XORL         AX, AX
	MOVQ         R13, DX
	SUBQ         $16, DX
	JLT          squaresSome

squares:
	LOAD(0(DI)(AX*1), Y2, Y3)
	VSUBPS Y15, Y2, Y2
	VSUBPS Y15, Y3, Y3
	VMULPS Y2, Y2, Y2
	VMULPS Y3, Y3, Y3
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1
	ADDQ   $64, AX
	SUBQ   $16, DX
	JGE    squares

squaresSome:
	ADDQ   $16, DX
	JEQ    variance
	LOAD_SOME(0(DI)(AX*1), Y2, Y3)
	VSUBPS Y15, Y2, Y2
	VSUBPS Y15, Y3, Y3
	VMULPS Y2, Y2, Y2
	VMULPS Y3, Y3, Y3
	VANDPS Y12, Y2, Y2
	VANDPS Y13, Y3, Y3
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1

variance:
	TOTAL
	VDIVSS       X8, X0, X0
	VADDSS       X10, X0, X0
	VSQRTSS      X0, X0, X0
	VDIVSS       X0, X9, X0
	VBROADCASTSS X0, Y14
	XORL         AX, AX
	MOVQ         R13, DX
	SUBQ         $16, DX
	JLT          applySome

apply:
	LOAD(0(DI)(AX*1), Y2, Y3)
	VSUBPS Y15, Y2, Y2
	VSUBPS Y15, Y3, Y3
	VMULPS Y14, Y2, Y2
	VMULPS Y14, Y3, Y3
	VMULPS (R11)(AX*1), Y2, Y2
	VMULPS 32(R11)(AX*1), Y3, Y3
	VADDPS (R12)(AX*1), Y2, Y2
	VADDPS 32(R12)(AX*1), Y3, Y3
	STORE(Y2, Y3, 0(DI)(AX*1))
	ADDQ   $64, AX
	SUBQ   $16, DX
	JGE    apply

applySome:
	ADDQ   $16, DX
	JEQ    next
	LOAD_SOME(0(DI)(AX*1), Y2, Y3)
	VSUBPS Y15, Y2, Y2
	VSUBPS Y15, Y3, Y3
	VMULPS Y14, Y2, Y2
	VMULPS Y14, Y3, Y3
	LOAD_SOME(0(R11)(AX*1), Y4, Y5)
	VMULPS Y4, Y2, Y2
	VMULPS Y5, Y3, Y3
	LOAD_SOME(0(R12)(AX*1), Y4, Y5)
	VADDPS Y4, Y2, Y2
	VADDPS Y5, Y3, Y3
	STORE_SOME(Y2, Y3, 0(DI)(AX*1))

next:
	LEAQ  (DI)(R13*4), DI
	TESTQ R8, R8
	JEQ   row
	LEAQ  (R8)(R13*4), R8
	JMP   row

done:
	VZEROUPPER
	RET
