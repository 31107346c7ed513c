// Compared with how many values are left, the numbers of the lanes make masks.
DATA lanes16<>+0(SB)/8, $0x0706050403020100
DATA lanes16<>+8(SB)/8, $0x0f0e0d0c0b0a0908
GLOBL lanes16<>(SB), RODATA|NOPTR, $16

// MASKS lets Y12 and Y13 select the first n of 16 values.
#define MASKS(n) \
	VMOVD        n, X14; \
	VPBROADCASTD X14, Y14; \
	VPMOVZXBD    lanes16<>+0(SB), Y12; \
	VPMOVZXBD    lanes16<>+8(SB), Y13; \
	VPCMPGTD     Y12, Y14, Y12; \
	VPCMPGTD     Y13, Y14, Y13

// LOAD and STORE move 16 values, LOAD_SOME and STORE_SOME those that the masks
// select, and the others are zero.
#define LOAD(from, v0, v1) \
	VMOVUPS from, v0; \
	VMOVUPS 32+from, v1
#define STORE(v0, v1, to) \
	VMOVUPS v0, to; \
	VMOVUPS v1, 32+to
#define LOAD_SOME(from, v0, v1) \
	VMASKMOVPS from, Y12, v0; \
	VMASKMOVPS 32+from, Y13, v1
#define STORE_SOME(v0, v1, to) \
	VMASKMOVPS v0, Y12, to; \
	VMASKMOVPS v1, Y13, 32+to
