using System.Numerics;
using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>
/// The same permutation as <see cref="PoseidonConstants"/> describes, rearranged so that most factors are small integers: what the fast kernels
/// compute. Everything here is exact; the kernels differ from each other only in how they hold numbers.
/// </summary>
/// <remarks>
/// <para>Notation: t the width, n = t - 1, P the partial rounds, M the matrix, A = M without its first row and column, D the least common
/// multiple of M's denominators t … 3t-2 (35 bits for t = 9, 48 for t = 12). z~ is what a kernel holds instead of z; the factor between
/// them is a constant that is known beforehand, and constants of the round are multiplied by it.</para>
/// <para>Full rounds. D·M has small integers, and the element in row i and column j depends on i + j only. With a state multiplied by c before
/// the S-box the next one is multiplied by c^5·D. A kernel that divides by a limb while reducing multiplies it by 2^-limb as well.</para>
/// <para>Partial rounds. With s_i the first element and y_i = s_i^5, the rest is a linear system driven by y: h' = A·h + a·y, s' = M_00·y + b·h.
/// Its transfer function has the denominator det(z - A) and, as det(z - M) = (z - G(z))·det(z - A), a numerator made of both characteristic
/// polynomials. So, with e_k(X) the sums of the principal minors of size k,</para>
/// <code>
/// w_i     = y_i  + sum over k = 1 … n of (-1)^(k+1) e_k(A) w_(i-k)
/// s_(i+1) =        sum over k = 0 … n of (-1)^k (e_(k+1)(M) - e_(k+1)(A)) w_(i-k)
/// </code>
/// <para>which is 2t - 1 products as the sparse matrices of the literature have, but with the same factors in all rounds, and only two sums to
/// reduce. M and A are positive definite, so the e_k are positive, and D^k·e_k are integers: w~_i = (-D)^i·w_i makes all factors small
/// (at most 108 bits for t = 9, 195 for t = 12) and of one sign. The price is one product more: y~_i = K_i·s~_i^5.</para>
/// <para>The past w_(-1) … w_(-n) is what would have led to the state at hand: h_i = sum over k = 1 … n of (B_(k-1)·a)·w_(i-k) with
/// B_k = A·B_(k-1) + (-1)^k·e_k(A)·1 (Faddeev and LeVerrier). The matrix that enters the partial rounds has the one of the last full
/// round and the inverse of this one in it; the matrix that leaves them is this one.</para>
/// <para>Constants. The system is linear in everything but y, so what the round constants do is computed alone, v' = M·(0, v_1 …) + c, and added
/// to s in every round and to h at the end.</para>
/// <para>At the ends: a canonical input is taken for the Montgomery form of a multiple of itself, so nothing has to be converted; and as every element
/// has one fifth root, the scale at the beginning of the last rounds is chosen so that digests come out canonical.</para>
/// </remarks>
internal sealed class PoseidonRecurrence
{
    private const int Half = 4;
    private readonly PoseidonConstants _constants;
    private readonly Fr _radix;
    private readonly Fr _fullScale;
    private readonly BigInteger _denominator;

    /// <summary>Rearranges the constants.</summary>
    /// <param name="constants">The permutation.</param>
    /// <param name="limbs">Limbs of an element in the kernel; elements are in Montgomery form with respect to all bits of them.</param>
    /// <param name="limbBits">Bits of a limb; a full round's sums are divided by 2^limbBits when they are reduced.</param>
    public PoseidonRecurrence(PoseidonConstants constants, int limbs, int limbBits)
    {
        _constants = constants;
        int t = constants.Width;
        _denominator = Enumerable.Range(t, (2 * t) - 1).Aggregate(BigInteger.One, (d, k) => d * k / BigInteger.GreatestCommonDivisor(d, k));
        Mix = [.. Enumerable.Range(t, (2 * t) - 1).Select(k => _denominator / k)];
        _radix = FrInteger.ToFr(BigInteger.One << (limbs * limbBits));
        _fullScale = FrInteger.ToFr(_denominator) * FrInteger.ToFr(BigInteger.One << limbBits).Inverse();

        Fr scale = _radix.Inverse();
        FirstState = [.. Constants(0).Select(c => c * scale)];
        FirstState[0] += constants.DomainTag * scale;
        (FirstAddends, scale) = FullAddends(firstRound: 1, scale);

        BigInteger[] ofRest = Minors(Minor(IntegerMatrix()));
        BigInteger[] ofAll = Minors(IntegerMatrix());
        Feedback = ofRest[1..];
        Forward = [.. Enumerable.Range(1, t).Select(k => ofAll[k] - (k < t ? ofRest[k] : 0))];
        BigInteger common = Forward.Aggregate(BigInteger.GreatestCommonDivisor);
        Forward = [.. Forward.Select(f => f / common)];

        Fr[,] history = History(ofRest);
        (Enter, EnterAddends) = MakeEnter(history, Quintic(scale), common);
        (Powers, ForwardAddends, Fr[] shift) = MakeRounds(common);
        Fr last = ScaleBeforeLastRounds();
        (LeaveFirst, Leave, LeaveAddends) = MakeLeave(history, shift, last, common);
        (LastAddends, _) = FullAddends(Half + constants.PartialRounds + 1, last);
    }

    /// <summary>t.</summary>
    public int Width => _constants.Width;

    /// <summary>P.</summary>
    public int PartialRounds => _constants.PartialRounds;

    /// <summary>D·M: the integer in row i and column j of the matrix is element i + j of these 2t - 1.</summary>
    public BigInteger[] Mix { get; }

    /// <summary>What is added to the preimage, seen as elements 1 … of the state; element 0 is the first element, tag included.</summary>
    public Fr[] FirstState { get; }

    /// <summary>t for each of the first three rounds, to add to the products of their matrix.</summary>
    public Fr[] FirstAddends { get; }

    /// <summary>The matrix of the fourth round: its row 0 gives s~_0, row k gives w~_(-k).</summary>
    public Fr[,] Enter { get; }

    /// <summary>To add to the products with <see cref="Enter"/>.</summary>
    public Fr[] EnterAddends { get; }

    /// <summary>K_i: y~_i = K_i·s~_i^5.</summary>
    public Fr[] Powers { get; }

    /// <summary>n positive integers: w~_i = y~_i - sum over k = 1 … n of Feedback[k - 1]·w~_(i-k).</summary>
    public BigInteger[] Feedback { get; }

    /// <summary>t positive integers: s~_(i+1) = ForwardAddends[i] + sum over k = 0 … n of Forward[k]·w~_(i-k).</summary>
    public BigInteger[] Forward { get; }

    /// <summary>One for each partial round.</summary>
    public Fr[] ForwardAddends { get; }

    /// <summary>The first element after the partial rounds is this times s~_P.</summary>
    public Fr LeaveFirst { get; }

    /// <summary>n rows of n: element 1 + m after the partial rounds is the sum over k of Leave[m, k]·w~_(P-1-k), plus LeaveAddends[m].</summary>
    public Fr[,] Leave { get; }

    /// <summary>n.</summary>
    public Fr[] LeaveAddends { get; }

    /// <summary>t for each of the last full rounds but the very last, whose row 1 gives the digest and nothing else.</summary>
    public Fr[] LastAddends { get; }

    /// <summary>The largest value of a sum of products with small factors, each other factor at most <paramref name="most"/>.</summary>
    public static BigInteger Most(IEnumerable<BigInteger> factors, BigInteger most) => factors.Aggregate(BigInteger.Zero, (sum, f) => sum + (f * most));

    private static Fr Quintic(Fr x) => Fr.Quintic(x);

    private Fr[] Constants(int round) => _constants.RoundConstants[(round * Width)..((round + 1) * Width)];

    /// <summary>Addends of three full rounds whose S-boxes' results are multiplied by the fifth power of <paramref name="scale"/>.</summary>
    private (Fr[] Addends, Fr Scale) FullAddends(int firstRound, Fr scale)
    {
        List<Fr> addends = [];
        for (int round = firstRound; round < firstRound + Half - 1; round++)
        {
            scale = Quintic(scale) * _fullScale;
            addends.AddRange(Constants(round).Select(c => c * scale));
        }

        return ([.. addends], scale);
    }

    /// <summary>The scale for which the digest, the row's sum divided by a limb, is out of Montgomery form and multiplied by one.</summary>
    private Fr ScaleBeforeLastRounds()
    {
        Fr after = _radix.Inverse();
        for (int round = 0; round < Half; round++)
        {
            after = FrInteger.FifthRoot(after * _fullScale.Inverse());
        }

        return after;
    }

    private BigInteger[,] IntegerMatrix()
    {
        BigInteger[,] matrix = new BigInteger[Width, Width];
        for (int i = 0; i < Width; i++)
        {
            for (int j = 0; j < Width; j++)
            {
                matrix[i, j] = Mix[i + j];
            }
        }

        return matrix;
    }

    private static BigInteger[,] Minor(BigInteger[,] matrix)
    {
        int n = matrix.GetLength(0) - 1;
        BigInteger[,] minor = new BigInteger[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                minor[i, j] = matrix[i + 1, j + 1];
            }
        }

        return minor;
    }

    /// <summary>e_0 = 1, e_1, …: the sums of principal minors, by the recursion of Faddeev and LeVerrier, whose divisions are exact.</summary>
    private static BigInteger[] Minors(BigInteger[,] matrix)
    {
        int n = matrix.GetLength(0);
        BigInteger[] e = new BigInteger[n + 1];
        e[0] = BigInteger.One;
        BigInteger[,] b = new BigInteger[n, n];
        for (int k = 1; k <= n; k++)
        {
            // B = matrix·B + (-1)^(k-1)·e_(k-1); then e_k = (-1)^(k-1)·trace(matrix·B) / k.
            BigInteger[,] next = Multiply(matrix, b);
            for (int i = 0; i < n; i++)
            {
                next[i, i] += (k - 1) % 2 == 0 ? e[k - 1] : -e[k - 1];
            }

            b = next;
            BigInteger[,] product = Multiply(matrix, b);
            BigInteger trace = Enumerable.Range(0, n).Aggregate(BigInteger.Zero, (sum, i) => sum + product[i, i]);
            e[k] = ((k - 1) % 2 == 0 ? trace : -trace) / k;
        }

        return e;
    }

    private static BigInteger[,] Multiply(BigInteger[,] a, BigInteger[,] b)
    {
        int n = a.GetLength(0);
        BigInteger[,] product = new BigInteger[n, n];
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n; j++)
            {
                for (int k = 0; k < n; k++)
                {
                    product[i, j] += a[i, k] * b[k, j];
                }
            }
        }

        return product;
    }

    /// <summary>
    /// Column k of the result, times w_(i-1-k), summed over k, is h_i. In integers: (D·A), D·a and D^k·e_k; the power of D is divided out here.
    /// </summary>
    private Fr[,] History(BigInteger[] minors)
    {
        int n = Width - 1;
        Fr inverse = FrInteger.ToFr(_denominator).Inverse();
        BigInteger[] a = [.. Enumerable.Range(1, n).Select(i => Mix[i])];
        BigInteger[] column = a;
        Fr scale = inverse;
        Fr[,] history = new Fr[n, n];
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n; i++)
            {
                history[i, k] = FrInteger.ToFr(column[i]) * scale;
            }

            BigInteger e = k % 2 == 0 ? -minors[k + 1] : minors[k + 1];
            column = [.. Enumerable.Range(0, n).Select(i =>
                Enumerable.Range(0, n).Aggregate(e * a[i], (sum, j) => sum + (Mix[i + j + 2] * column[j])))];
            scale *= inverse;
        }

        return history;
    }

    /// <summary>(-D)^power, which may be negative.</summary>
    private Fr Step(int power)
    {
        Fr step = Fr.Zero - FrInteger.ToFr(_denominator);
        step = power < 0 ? step.Inverse() : step;
        Fr result = Fr.One;
        for (int i = 0; i < Math.Abs(power); i++)
        {
            result *= step;
        }

        return result;
    }

    /// <summary>s~_i / s_i.</summary>
    private Fr FirstScale(int round, BigInteger common) =>
        FrInteger.ToFr(_denominator) * FrInteger.ToFr(common).Inverse() * Step(round - 1);

    private (Fr[,] Matrix, Fr[] Addends) MakeEnter(Fr[,] history, Fr scale, BigInteger common)
    {
        int n = Width - 1;
        Fr[,] past = FrMatrix.Invert(history);
        Fr[,] lead = new Fr[Width, Width];
        lead[0, 0] = FirstScale(0, common);
        for (int k = 0; k < n; k++)
        {
            for (int i = 0; i < n; i++)
            {
                lead[k + 1, i + 1] = past[k, i] * Step(-1 - k);
            }
        }

        Fr[] addends = FrMatrix.Apply(lead, Constants(Half));
        Fr[,] matrix = FrMatrix.Multiply(lead, _constants.Mds);
        Fr unscale = scale.Inverse();
        for (int i = 0; i < Width; i++)
        {
            for (int j = 0; j < Width; j++)
            {
                matrix[i, j] *= unscale;
            }
        }

        return (matrix, addends);
    }

    /// <summary>K and the addends of s; and v at the end, what all the constants have done to the state.</summary>
    private (Fr[] Powers, Fr[] Addends, Fr[] Shift) MakeRounds(BigInteger common)
    {
        Fr[] powers = new Fr[PartialRounds];
        Fr[] addends = new Fr[PartialRounds];
        Fr[] v = new Fr[Width];
        for (int i = 0; i < PartialRounds; i++)
        {
            powers[i] = Step(i) * Quintic(FirstScale(i, common).Inverse());
            v[0] = Fr.Zero;
            v = FrMatrix.Apply(_constants.Mds, v);
            Fr[] constants = Constants(Half + i + 1);
            for (int k = 0; k < Width; k++)
            {
                v[k] += constants[k];
            }

            addends[i] = v[0] * FirstScale(i + 1, common);
        }

        return (powers, addends, v);
    }

    private (Fr First, Fr[,] Others, Fr[] Addends) MakeLeave(Fr[,] history, Fr[] shift, Fr scale, BigInteger common)
    {
        int n = Width - 1;
        Fr[,] rest = new Fr[n, n];
        for (int k = 0; k < n; k++)
        {
            Fr factor = Step(k + 1 - PartialRounds) * scale;
            for (int m = 0; m < n; m++)
            {
                rest[m, k] = history[m, k] * factor;
            }
        }

        Fr first = FirstScale(PartialRounds, common).Inverse() * scale;
        return (first, rest, [.. shift[1..].Select(v => v * scale)]);
    }
}
