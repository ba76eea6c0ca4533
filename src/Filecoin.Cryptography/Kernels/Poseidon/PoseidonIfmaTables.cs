using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>Poseidon's constants for the IFMA kernel, in the order the emitted code walks through them; 5 limbs of 8 bytes an element.</summary>
internal sealed class PoseidonIfmaTables
{
    private readonly List<ulong> _limbs = [];

    public PoseidonIfmaTables(PoseidonConstants constants)
    {
        int t = constants.Width;
        Fr[] compressed = constants.CompressedConstants;

        // Multiplying by 2^520 mod r, Montgomery-wise, brings a canonical input into Montgomery form; by 2^260 mod r reduces; by 1 leads out.
        ToMontgomery = Append((BigInteger.One << (2 * Radix52.Limbs * Radix52.Bits)) % Radix52.Modulus);
        One = Append((BigInteger.One << (Radix52.Limbs * Radix52.Bits)) % Radix52.Modulus);
        FromMontgomery = Append(BigInteger.One);
        Modulus = Append(Radix52.Modulus);

        // The domain tag never changes, so its first constant is already added.
        Initial = Append(constants.DomainTag + compressed[0]);
        AppendAll(compressed.AsSpan(1, t - 1));

        FullConstants = AppendAll(compressed.AsSpan(t, 4 * t));
        PartialConstants = AppendAll(compressed.AsSpan(5 * t, constants.PartialRounds));
        LastConstants = AppendAll(compressed.AsSpan((5 * t) + constants.PartialRounds, 3 * t));
        Sparse = AppendAll(constants.Sparse);
        Mds = AppendRows(constants.Mds, t, transposed: false);
        PreSparse = AppendRows(constants.PreSparse, t, transposed: true);
    }

    /// <summary>All limbs.</summary>
    public ulong[] Limbs => [.. _limbs];

    public int ToMontgomery { get; }

    public int One { get; }

    public int FromMontgomery { get; }

    public int Modulus { get; }

    /// <summary>Tag plus constant, then the constants of the inputs.</summary>
    public int Initial { get; }

    public int FullConstants { get; }

    public int PartialConstants { get; }

    public int LastConstants { get; }

    public int Sparse { get; }

    /// <summary>Row j gives output element j.</summary>
    public int Mds { get; }

    /// <summary>Row j gives output element j.</summary>
    public int PreSparse { get; }

    private int ByteOffset => _limbs.Count * sizeof(ulong);

    private int Append(BigInteger value)
    {
        int offset = ByteOffset;
        Span<ulong> limbs = stackalloc ulong[Radix52.Limbs];
        Radix52.Write(limbs, value);
        _limbs.AddRange(limbs);
        return offset;
    }

    private int Append(Fr element)
    {
        int offset = ByteOffset;
        Span<ulong> limbs = stackalloc ulong[Radix52.Limbs];
        Radix52.Write(limbs, element);
        _limbs.AddRange(limbs);
        return offset;
    }

    private int AppendAll(ReadOnlySpan<Fr> elements)
    {
        int offset = ByteOffset;
        foreach (Fr element in elements)
        {
            Append(element);
        }

        return offset;
    }

    private int AppendRows(Fr[,] matrix, int t, bool transposed)
    {
        int offset = ByteOffset;
        for (int j = 0; j < t; j++)
        {
            for (int i = 0; i < t; i++)
            {
                Append(transposed ? matrix[i, j] : matrix[j, i]);
            }
        }

        return offset;
    }
}
