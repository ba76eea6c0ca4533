using Filecoin.Cryptography.Kernels.Poseidon;

namespace Filecoin.Sealing.Trees;

/// <summary>
/// Makes trees whose digests nobody has come to doubt: what a kernel hashed before it was found to compute wrongly
/// (<see cref="PoseidonKernel.Doubts"/>) is forgotten and made again by what is left.
/// </summary>
internal static class Undoubted
{
    /// <summary>Makes trees in order, from 0.</summary>
    /// <param name="trees">How many.</param>
    /// <param name="kernels">What hashes them; null for none.</param>
    /// <param name="make">Makes one, or recalls it.</param>
    /// <param name="forget">Forgets one that is in doubt, so that it is made and not recalled when its turn comes again.</param>
    public static T[] Each<T>(int trees, IReadOnlyList<PoseidonKernel?> kernels, Func<int, T> make, Action<int> forget)
    {
        T[] made = new T[trees];
        bool again;
        do
        {
            again = false;
            int doubts = Doubts();
            for (int tree = 0; tree < trees; tree++)
            {
                made[tree] = make(tree);
                if (Doubts() > doubts)
                {
                    doubts = Doubts();
                    again = true;
                    for (int doubted = 0; doubted <= tree; doubted++)
                    {
                        forget(doubted);
                    }
                }
            }
        }
        while (again);
        return made;

        int Doubts() => kernels.Sum(kernel => kernel?.Doubts ?? 0);
    }
}
