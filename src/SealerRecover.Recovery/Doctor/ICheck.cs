namespace SealerRecover.Recovery.Doctor;

/// <summary>Looks at one thing that a recovery needs. Changes nothing that stays.</summary>
public interface ICheck
{
    /// <summary>What it looks at, for the case that it does not come to an end.</summary>
    string What { get; }

    /// <summary>Looks.</summary>
    /// <param name="cancellation">Ends it early.</param>
    /// <exception cref="Filecoin.Primitives.OperatorException">It is wrong, with what to do.</exception>
    Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation);
}
