using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// Poseidon's constants as one stream of rows in the order the ADX kernel uses them; 4 limbs of 8 bytes an element, in Montgomery form
/// with respect to 2^256, fully reduced. A row makes one new element: an addend, then a factor for each term, in the order the terms
/// have in memory.
/// </summary>
/// <remarks>
/// <para>Addends. A constant added between S-box and linear layer may as well be added after the layer, multiplied by it: there it costs
/// nothing, because the sum of products starts from it. In partial rounds the other elements get their parts in advance, all rounds'
/// together, from the row that makes them before those rounds; the first element's rows take off again what came too early.</para>
/// <para>Blocks. With s_i the S-box's output, w_i the first column and v_i the first row of sparse matrix i, and y the elements but the first,
/// a partial round is x' = w_i0·s_i + w_i·y, y' = y + s_i·v_i. Several rounds together leave y alone until their end:
/// x' = w_i0·s_i + (sum over j &lt; i of g_ij·s_j) + w_i·y with g_ij = w_i·v_j, and at last y' = y + (sum of s_j·v_j): one reduction
/// per element instead of one per element and round.</para>
/// </remarks>
internal sealed class PoseidonAdxTables
{
    /// <summary>
    /// Partial rounds in a block. More of them save reductions, each worth a product, but make the rows longer: with 2, 3 and 4 measured within
    /// 4 % of each other, arity 2 wants fewer and arity 11 more.
    /// </summary>
    public const int BlockRounds = 3;

    /// <summary>Bytes of an element.</summary>
    public const int ElementBytes = Fr.Bytes;

    /// <summary>Byte offset of r.</summary>
    public const int Modulus = 0;

    /// <summary>Byte offset of -r^-1 mod 2^64.</summary>
    public const int NegativeInverse = ElementBytes;

    /// <summary>Byte offset of the multiples of r. Entry i is the largest that is not above i·2^(256 - EstimateBits), mod 2^256.</summary>
    public const int Multiples = 2 * ElementBytes;

    /// <summary>Bits below 2^256 that the quotient by r is estimated from.</summary>
    public const int EstimateBits = 4;

    private const int MultiplesCount = 8 << EstimateBits;

    /// <summary>Byte offset of the first element, domain tag and constant; the rows follow it.</summary>
    public const int FirstElement = Multiples + (MultiplesCount * ElementBytes);

    private readonly List<ulong> _limbs = [];
    private readonly PoseidonConstants _constants;
    private readonly int _width;

    public PoseidonAdxTables(PoseidonConstants constants)
    {
        _constants = constants;
        _width = constants.Width;
        AppendField();

        Queue<Fr> added = new(constants.CompressedConstants);
        AppendInput(Take(added, _width));
        int ordinary = (PoseidonConstants.FullRounds / 2) - 1;
        for (int round = 0; round < ordinary; round++)
        {
            AppendDense(constants.Mds, Take(added, _width), ahead: new Fr[_width]);
        }

        Fr[] beforePartial = Take(added, _width);
        Fr[] partial = Take(added, constants.PartialRounds);
        Fr[] ahead = SumOverPartialRounds(partial);
        AppendDense(Transposed(constants.PreSparse), beforePartial, ahead);
        for (int first = 0; first < partial.Length; first += BlockRounds)
        {
            AppendBlock(first, partial.AsSpan(first, Math.Min(BlockRounds, partial.Length - first)), ahead);
        }

        for (int round = 0; round < ordinary; round++)
        {
            AppendDense(constants.Mds, Take(added, _width), ahead: new Fr[_width]);
        }

        AppendDigest();
        Limbs = [.. _limbs];
    }

    /// <summary>Everything, as the emitted code reads it.</summary>
    public ulong[] Limbs { get; }

    private static BigInteger R => Radix52.Modulus;

    private static Fr[] Take(Queue<Fr> from, int count) => [.. Enumerable.Range(0, count).Select(_ => from.Dequeue())];

    private static Fr[,] Transposed(Fr[,] matrix)
    {
        int t = matrix.GetLength(0);
        Fr[,] result = new Fr[t, t];
        for (int i = 0; i < t; i++)
        {
            for (int j = 0; j < t; j++)
            {
                result[j, i] = matrix[i, j];
            }
        }

        return result;
    }

    /// <summary>Element k of w of a partial round: what the k-th element adds to the new first one.</summary>
    private Fr W(int round, int k) => _constants.Sparse[(round * ((2 * _width) - 1)) + k];

    /// <summary>Element k &gt; 0 of v of a partial round: what the first element adds to the k-th.</summary>
    private Fr V(int round, int k) => _constants.Sparse[(round * ((2 * _width) - 1)) + _width + k - 1];

    private void AppendField()
    {
        AppendInteger(R);
        AppendInteger(Fr.NegativeInverse);
        for (int i = 0; i < MultiplesCount; i++)
        {
            BigInteger least = new BigInteger(i) << (256 - EstimateBits);
            AppendInteger(least / R * R);
        }
    }

    /// <summary>Tag + constant; then a row for every input, multiplying it by 2^512 mod r, which brings it into Montgomery form.</summary>
    private void AppendInput(ReadOnlySpan<Fr> added)
    {
        Append(_constants.DomainTag + added[0]);
        foreach (Fr constant in added[1..])
        {
            Append(constant);
            AppendInteger((BigInteger.One << 512) % R);
        }
    }

    /// <summary>The rows of a matrix with its addends: the constants <paramref name="added"/> before it, and those of later rounds.</summary>
    private void AppendDense(Fr[,] matrix, Fr[] added, Fr[] ahead)
    {
        Fr[] addends = FrMatrix.Apply(matrix, added);
        for (int i = 0; i < _width; i++)
        {
            Append(addends[i] + ahead[i]);
            for (int j = 0; j < _width; j++)
            {
                Append(matrix[i, j]);
            }
        }
    }

    /// <summary>What constants added to the first element in partial rounds come to in the others when those rounds are over.</summary>
    private Fr[] SumOverPartialRounds(ReadOnlySpan<Fr> added)
    {
        Fr[] sum = new Fr[_width];
        for (int round = 0; round < added.Length; round++)
        {
            for (int k = 1; k < _width; k++)
            {
                sum[k] += added[round] * V(round, k);
            }
        }

        return sum;
    }

    /// <summary>
    /// Rows of the block's partial rounds, whose terms lie in memory as s_i, …, s_0, y_1, …, y_(t-1); then, without addends, the factors that
    /// update y_1, …, whose terms are s_last, …, s_0. <paramref name="ahead"/>, what y holds too early, becomes what it does after the block.
    /// </summary>
    private void AppendBlock(int first, ReadOnlySpan<Fr> added, Fr[] ahead)
    {
        for (int i = 0; i < added.Length; i++)
        {
            int round = first + i;
            Fr addend = W(round, 0) * added[i];
            for (int k = 1; k < _width; k++)
            {
                addend -= W(round, k) * ahead[k];
                ahead[k] -= added[i] * V(round, k);
            }

            Append(addend);
            Append(W(round, 0));
            for (int j = i - 1; j >= 0; j--)
            {
                Append(Through(round, first + j));
            }

            for (int k = 1; k < _width; k++)
            {
                Append(W(round, k));
            }
        }

        for (int k = 1; k < _width; k++)
        {
            for (int j = added.Length - 1; j >= 0; j--)
            {
                Append(V(first + j, k));
            }
        }
    }

    /// <summary>g: what the S-box's output of round <paramref name="earlier"/> adds to the first element of a later round through y.</summary>
    private Fr Through(int later, int earlier)
    {
        Fr sum = Fr.Zero;
        for (int k = 1; k < _width; k++)
        {
            sum += W(later, k) * V(earlier, k);
        }

        return sum;
    }

    /// <summary>Row 1 of M, without addend, its factors not in Montgomery form: so their products with elements that are leave it.</summary>
    private void AppendDigest()
    {
        for (int j = 0; j < _width; j++)
        {
            AppendInteger(new BigInteger(_constants.Mds[1, j].ToBytes32().Span, isUnsigned: true));
        }
    }

    private void Append(Fr element) => _limbs.AddRange([element.L0, element.L1, element.L2, element.L3]);

    private void AppendInteger(BigInteger value)
    {
        for (int i = 0; i < ElementBytes / sizeof(ulong); i++)
        {
            _limbs.Add((ulong)((value >> (64 * i)) & ulong.MaxValue));
        }
    }
}
