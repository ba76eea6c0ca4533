namespace Filecoin.Cryptography.Kernels.Poseidon;

/// <summary>Working memory of one set of lanes in the FMA kernel: what waits between fragments, in slots of one vector.</summary>
internal static class PoseidonFmaFrame
{
    /// <summary>Columns of a sum that is about to be reduced.</summary>
    public const int Sum = 0;

    /// <summary>Columns of a second one.</summary>
    public const int SecondSum = 11;

    /// <summary>Columns of a product and a folded sum.</summary>
    public const int Joined = 22;

    /// <summary>Quotient limbs, two of them.</summary>
    public const int Quotients = 27;

    /// <summary>Lowest limbs of a sum, four at most.</summary>
    public const int Aside = 29;

    /// <summary>Limbs of a sum that will be folded: the limb of column k is at this plus k, and k is 5 at least.</summary>
    public const int Split = 28;

    /// <summary>Six columns of a folded sum.</summary>
    public const int Folded = 39;

    /// <summary>The first element of a partial round.</summary>
    public const int State = 45;

    /// <summary>Its square, its fourth power.</summary>
    public const int Square = 50;

    /// <summary>Its product with the power's factor.</summary>
    public const int Product = 55;

    /// <summary>All slots.</summary>
    public const int Slots = 60;
}
