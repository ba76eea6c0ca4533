using Filecoin.Cryptography.Fields;

namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>Small square matrices over Fr, for making Poseidon's constants; never used while hashing.</summary>
internal static class FrMatrix
{
    /// <summary>The Cauchy matrix 1 / (x_i + y_j) with x = 0 … t-1 and y = t … 2t-1: symmetric and maximum distance separable.</summary>
    public static Fr[,] Cauchy(int t)
    {
        Fr[,] m = new Fr[t, t];
        for (int i = 0; i < t; i++)
        {
            for (int j = 0; j < t; j++)
            {
                m[i, j] = Fr.FromUInt64((ulong)(i + t + j)).Inverse();
            }
        }

        return m;
    }

    /// <summary>The product a·b.</summary>
    public static Fr[,] Multiply(Fr[,] a, Fr[,] b)
    {
        int t = a.GetLength(0);
        Fr[,] product = new Fr[t, t];
        for (int i = 0; i < t; i++)
        {
            for (int j = 0; j < t; j++)
            {
                Fr sum = Fr.Zero;
                for (int k = 0; k < t; k++)
                {
                    sum += a[i, k] * b[k, j];
                }

                product[i, j] = sum;
            }
        }

        return product;
    }

    /// <summary>The column vector m·v.</summary>
    public static Fr[] Apply(Fr[,] m, ReadOnlySpan<Fr> v)
    {
        Fr[] result = new Fr[v.Length];
        for (int i = 0; i < v.Length; i++)
        {
            for (int j = 0; j < v.Length; j++)
            {
                result[i] += m[i, j] * v[j];
            }
        }

        return result;
    }

    /// <summary>The inverse by Gauss-Jordan elimination; the matrices here have one by construction.</summary>
    /// <exception cref="InvalidOperationException">The matrix is singular.</exception>
    public static Fr[,] Invert(Fr[,] m)
    {
        int t = m.GetLength(0);
        Fr[,] left = (Fr[,])m.Clone();
        Fr[,] right = new Fr[t, t];
        for (int i = 0; i < t; i++)
        {
            right[i, i] = Fr.One;
        }

        for (int column = 0; column < t; column++)
        {
            int pivot = column;
            while (left[pivot, column].IsZero)
            {
                if (++pivot == t)
                {
                    throw new InvalidOperationException("a singular matrix has no inverse");
                }
            }

            for (int k = 0; k < t; k++)
            {
                (left[column, k], left[pivot, k]) = (left[pivot, k], left[column, k]);
                (right[column, k], right[pivot, k]) = (right[pivot, k], right[column, k]);
            }

            Fr scale = left[column, column].Inverse();
            for (int k = 0; k < t; k++)
            {
                left[column, k] *= scale;
                right[column, k] *= scale;
            }

            for (int row = 0; row < t; row++)
            {
                Fr factor = left[row, column];
                if (row == column || factor.IsZero)
                {
                    continue;
                }

                for (int k = 0; k < t; k++)
                {
                    left[row, k] -= factor * left[column, k];
                    right[row, k] -= factor * right[column, k];
                }
            }
        }

        return right;
    }
}
