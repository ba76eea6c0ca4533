using Filecoin.Primitives;

namespace SealerRecover.Recovery.Settings;

/// <summary>
/// Says whether a sector is still this run's to finish, where several machines work on one list. Asked right before what others could not
/// undo: before anything is installed, and before layers and what else was made on the way are removed.
/// </summary>
public interface IFence
{
    /// <summary>Returns where the sector is still this run's.</summary>
    /// <param name="sector">The sector.</param>
    /// <param name="cancellation">Ends waiting for whoever knows.</param>
    /// <exception cref="OperatorException">Busy: it is another's by now. The sector ends so, and its files stay as they are.</exception>
    void Ask(SectorId sector, CancellationToken cancellation);
}
