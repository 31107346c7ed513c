//go:build !purego

#include "textflag.h"

// func prefetch(memory []byte)
TEXT ·prefetch(SB), NOSPLIT, $0-24
	MOVQ memory_base+0(FP), SI
	MOVQ memory_len+8(FP), CX
	ADDQ SI, CX
	ANDQ $~63, SI

line:
	CMPQ SI, CX
	JAE  done
	PREFETCHT0 (SI)
	ADDQ $64, SI
	JMP  line

done:
	RET
