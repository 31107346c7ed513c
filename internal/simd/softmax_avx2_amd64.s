//go:build !purego

#include "textflag.h"
#include "layer_avx2.h"

// SOFTMAX replaces Y2 and Y3 by e(scale×x-max), or by 0 where that is too small.
// The maximum is on the stack.
#define SOFTMAX \
	VBROADCASTSS scale+48(FP), Y15; \
	VMULPS       Y15, Y2, Y2; \
	VMULPS       Y15, Y3, Y3; \
	VBROADCASTSS most-8(SP), Y15; \
	VSUBPS       Y15, Y2, Y2; \
	VSUBPS       Y15, Y3, Y3; \
	VBROADCASTSS expLeast, Y15; \
	VCMPPS       $1, Y15, Y2, Y10; \
	VCMPPS       $1, Y15, Y3, Y11; \
	EXP(Y2, Y3); \
	VANDNPS      Y2, Y10, Y2; \
	VANDNPS      Y3, Y11, Y3

// func softmaxAVX2(x []float32, stride, rows, n int, scale float32)
TEXT ·softmaxAVX2(SB), NOSPLIT, $8-52
	MOVQ x_base+0(FP), DI
	MOVQ stride+24(FP), R10
	MOVQ rows+32(FP), CX
	MOVQ n+40(FP), R8
	SHLQ $2, R10
	MOVQ R8, AX
	ANDQ $15, AX
	MASKS(AX)

row:
	// Y0 and Y1 are the greatest values, from -Inf.
	MOVL         $0xFF800000, AX
	VMOVD        AX, X14
	VPBROADCASTD X14, Y14
	VBROADCASTSS scale+48(FP), Y15
	VMOVAPS      Y14, Y0
	VMOVAPS      Y14, Y1
	MOVQ         DI, SI
	MOVQ         R8, DX
	SUBQ         $16, DX
	JLT          greatestSome

greatest:
	VMULPS   (SI), Y15, Y2
	VMULPS   32(SI), Y15, Y3
	VMAXPS   Y0, Y2, Y0
	VMAXPS   Y1, Y3, Y1
	ADDQ     $64, SI
	SUBQ     $16, DX
	JGE      greatest

greatestSome:
	ADDQ      $16, DX
	JEQ       greatestOfAll
	LOAD_SOME(0(SI), Y2, Y3)
	VMULPS    Y15, Y2, Y2
	VMULPS    Y15, Y3, Y3
	VBLENDVPS Y12, Y2, Y14, Y2
	VBLENDVPS Y13, Y3, Y14, Y3
	VMAXPS    Y0, Y2, Y0
	VMAXPS    Y1, Y3, Y1

greatestOfAll:
	VMAXPS       Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VMAXPS       X1, X0, X0
	VPSHUFD      $0x4E, X0, X1
	VMAXPS       X1, X0, X0
	VPSHUFD      $0xB1, X0, X1
	VMAXPS       X1, X0, X0
	VMOVSS       X0, most-8(SP)

	// Y0 and Y1 are the sums.
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	MOVQ   DI, SI
	MOVQ   R8, DX
	SUBQ   $16, DX
	JLT    eSome

e:
	LOAD(0(SI), Y2, Y3)
	SOFTMAX
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1
	STORE(Y2, Y3, 0(SI))
	ADDQ   $64, SI
	SUBQ   $16, DX
	JGE    e

eSome:
	ADDQ   $16, DX
	JEQ    total
	LOAD_SOME(0(SI), Y2, Y3)
	SOFTMAX
	VANDPS Y12, Y2, Y2
	VANDPS Y13, Y3, Y3
	VADDPS Y2, Y0, Y0
	VADDPS Y3, Y1, Y1
	STORE_SOME(Y2, Y3, 0(SI))

total:
	TOTAL
	VMOVSS       one, X1
	VDIVSS       X0, X1, X0
	VBROADCASTSS X0, Y0
	MOVQ         DI, SI
	MOVQ         R8, DX
	SUBQ         $16, DX
	JLT          divideSome

divide:
	VMULPS (SI), Y0, Y2
	VMULPS 32(SI), Y0, Y3
	STORE(Y2, Y3, 0(SI))
	ADDQ   $64, SI
	SUBQ   $16, DX
	JGE    divide

divideSome:
	ADDQ   $16, DX
	JEQ    next
	LOAD_SOME(0(SI), Y2, Y3)
	VMULPS Y0, Y2, Y2
	VMULPS Y0, Y3, Y3
	STORE_SOME(Y2, Y3, 0(SI))

next:
	ADDQ R10, DI
	DECQ CX
	JNE  row
	VZEROUPPER
	RET
